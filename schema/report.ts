import { advise, type Action } from "./advice";
import type { CombinedJudgement } from "./combine";
import type { Finding } from "./finding";
import { fingerprint, type ReviewedAction, type ReviewedMigration, type ReviewedTarget } from "./fingerprint";
import type { ToolName, WhenAhead } from "../migrations/tools/tool";
import type { StepDown } from "./stepDown/stepDown";
import type { Verdict } from "./verdict";

/** What the target's own migration runner does on a database that is ahead of it. */
export interface RunnerWord extends WhenAhead {
  tool: ToolName;
}

/** A judgement as it is handed out, in JSON: everything that can be known of it stands there, and nothing is undefined. */
export interface Report {
  verdict: Verdict;
  /** Whether the net effect was seen on a scratch database, and nothing was left unread. */
  confirmed: boolean;
  action: Action;
  /** Sentences, in the order in which to consider them. */
  advice: readonly string[];
  /** Gravest first. */
  findings: readonly Finding[];
  /** What taking back the newest migration would do; null where nobody looked. */
  stepDown: Omit<StepDown, "checks"> | null;
  /** Null where it is not known which tool runs the target's migrations. */
  runner: RunnerWord | null;
  /** What an acknowledgement is bound to: 12 hexadecimal digits. */
  fingerprint: string;
  /** Why it is not confirmed; empty where it is. */
  unconfirmed: readonly string[];
  /** What proved it, such as `PGlite (PostgreSQL 18.6)`; null where nothing did. */
  server: string | null;
  /** What was made or is missing on the scratch server; why nothing is ahead, where nothing is. */
  notes: readonly string[];
  /** What the verdict does not cover. */
  notJudged: string;
  target: { tag: string | null; images: readonly string[] };
  gap: readonly { name: string; sha256: string | null }[];
}

/** What a report is made of. */
export interface ReportParts {
  judgement: CombinedJudgement;
  target: ReviewedTarget;
  gap: readonly ReviewedMigration[];
  /** Feature flags that the bad release turned on and the target does not have. */
  flags: readonly string[];
  stepDown: StepDown | undefined;
  /** Whether code is rolled back. @default true */
  rollingBack?: boolean;
  /** Whether the step-down is asked for. */
  stepping: boolean;
  /** The migration that is taken back then, by content; undefined where that is not known. */
  takenBack?: ReviewedMigration | undefined;
  runner: RunnerWord | undefined;
  /** As `notJudged` writes it. */
  notJudged: string;
}

export function makeReport(parts: ReportParts): Report {
  const { judgement, target, gap, flags, stepDown, stepping, rollingBack = true, runner, takenBack } = parts;
  const { verdict, confirmed, findings, unconfirmed, server, notes } = judgement;
  const { action, lines } = advise({
    ...{ verdict, confirmed, gapLength: gap.length, flags, stepDown, stepping, rollingBack },
  });
  const reviewed: ReviewedAction =
    stepping && stepDown !== undefined ? `step-down ${stepDown.version}` : "rollback";
  return {
    verdict,
    confirmed,
    action,
    advice: lines,
    findings,
    stepDown: stepDown === undefined ? null : withoutChecks(stepDown),
    runner: runner ?? null,
    fingerprint: fingerprint({
      target,
      gap: stepping && takenBack !== undefined ? [...gap, takenBack] : gap,
      action: reviewed,
      findings,
      losses: stepping ? (stepDown?.losses ?? []) : [],
    }),
    unconfirmed: withoutRepeats(unconfirmed),
    server: server ?? null,
    notes,
    notJudged: parts.notJudged,
    target: { tag: target.tag ?? null, images: [...target.images].sort() },
    gap: gap.map(({ name, sha256 }) => ({ name, sha256: sha256 ?? null })),
  };
}

/** A reason that another one gives as its own reason is said once. */
function withoutRepeats(reasons: readonly string[]): string[] {
  const different = [...new Set(reasons)];
  return different.filter(
    (reason) => !different.some((other) => other !== reason && other.endsWith(`: ${reason}`)),
  );
}

function withoutChecks({ checks: _checks, ...rest }: StepDown): Omit<StepDown, "checks"> {
  return rest;
}
