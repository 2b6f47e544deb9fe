import type { AppliedProblem } from "../migrations/tools/tool";
import type { CombinedJudgement } from "../schema/combine";
import { gravest } from "../schema/verdict";

/** What speaks against the schema's being the one that is judged. */
export interface SchemaDoubt {
  /** In a sentence. */
  reason: string;
  /** Whether nobody knows how it differs; otherwise the verdict stays as judged, and is not confirmed. */
  unknown: boolean;
}

/** A judgement with what puts it in doubt: not confirmed, and conditional at least where a doubt leaves open how much. */
export function withDoubts(judgement: CombinedJudgement, doubts: readonly SchemaDoubt[]): CombinedJudgement {
  if (doubts.length === 0) return judgement;
  return {
    ...judgement,
    verdict: doubts.some(({ unknown }) => unknown)
      ? gravest([judgement.verdict, "conditional"])
      : judgement.verdict,
    confirmed: false,
    unconfirmed: [...doubts.map(({ reason }) => reason), ...judgement.unconfirmed],
  };
}

/** What the database itself puts in doubt. Nobody knows how much of a migration that stopped half-way is in the schema. */
export function doubtsOf(problems: readonly AppliedProblem[]): SchemaDoubt[] {
  return problems.filter(({ kind }) => putsInDoubt[kind]).map(({ reason }) => ({ reason, unknown: true }));
}

const putsInDoubt: Readonly<Record<AppliedProblem["kind"], boolean>> = {
  dirty: true,
  failed: true,
  unfinished: true,
  checksum: true,
  unknown: true,
  "several-heads": true,
  "several-tools": false,
};
