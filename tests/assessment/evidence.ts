import type { AssessmentQuestion } from "../../assessment/assessment";
import type { Evidence } from "../../assessment/evidence";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { CatalogSurvey } from "../../catalog/catalog";
import type { Release } from "../../catalog/release";
import { emptyState } from "../../history/stackState";
import type { CombinedJudgement } from "../../schema/combine";
import type { Finding } from "../../schema/finding";
import { gravest } from "../../schema/verdict";
import { planSchema } from "../../schema/schemaPlan";
import { catalogOf } from "../history/states";

/** Evidence of a first update with which nothing is wrong. */
export const quiet: Evidence = {
  state: emptyState,
  schema: undefined,
  reviewed: undefined,
  images: {},
  moved: [],
  silentRegistries: [],
  ci: { verdict: "passed", found: "the catalog says that it passed" },
  disk: undefined,
  failedGates: [],
  wayBack: [],
  engineId: undefined,
  strays: [],
  occupants: [],
  engineSilent: undefined,
  networkLost: false,
  absent: [],
  signedIn: [],
};

/** A catalog without mistakes. */
export function surveyOf(...releases: Release[]): CatalogSurvey {
  return { catalog: catalogOf(...releases), violations: () => [] };
}

/** Guards as they are where nobody sets them. */
export const usual: Pick<AssessmentQuestion, "stack" | "guards" | "quarantine" | "gates" | "now"> = {
  stack: "prod",
  quarantine: [],
  gates: { commands: [], errorRate: [], hooks: [] },
  now: "2026-03-01T00:00:00.000Z",
  guards: { schema: "conditional", horizon: false, ci: { unknown: "warn" }, disk: { limit: 80 } },
};

/** What a database says that has these versions, and no judgement where nothing is ahead of the target. */
export function schemaAt(
  target: Release,
  applied: readonly string[],
  parts: Partial<SchemaEvidence> = {},
): SchemaEvidence {
  const plan = planSchema(target.migrations, applied);
  return {
    ...plan,
    state: {
      tool: "dbmate",
      table: "schema_migrations",
      applied: applied.map((version) => ({ version })),
      head: applied.at(-1),
      headOnly: false,
      problems: [],
    },
    recorded: undefined,
    applied,
    unshipped: [],
    ahead: {
      shipped: [],
      ahead: plan.gap.map((version) => ({ name: `${version}_m${version}`, sql: version })),
    },
    judgement: plan.gap.length === 0 ? undefined : judgementOf(),
    stepDown: undefined,
    decision: { kind: "none" },
    runner: { tool: "dbmate", starts: true, words: "dbmate goes on." },
    standings: [],
    wayBack: plan.gap.map((version) => ({ version, name: `m${version}` })),
    ...parts,
  };
}

/** A confirmed judgement of these findings. */
export function judgementOf(...findings: Finding[]): CombinedJudgement {
  return {
    verdict: gravest(findings.map(({ verdict }) => verdict)),
    confirmed: true,
    unconfirmed: [],
    findings,
    notes: [],
  };
}

/** A finding of a migration. */
export function finding(
  verdict: Finding["verdict"],
  rule: string,
  object: string,
  migration?: string,
): Finding {
  return {
    rule,
    verdict,
    object,
    ...(migration !== undefined && { migration, line: 2, statement: `ALTER ${object}` }),
    engine: "scratch",
    reason: `${object} is not what it was.`,
    remedy: "Mend it.",
  };
}
