import { unreadRule, type CombinedJudgement } from "../combine";
import type { Finding } from "../finding";
import type { Gap, SqlSource } from "../gap";
import { verdicts } from "../verdict";
import type { CountedLosses, LossCandidate } from "./countLosses";
import type { StepDown } from "./stepDown";
import { controlText, transactionControl } from "./transactionControl";

/** What the judgement of a step-down rests on, and whom it asks. */
export interface StepDownQuestion {
  migration: { version: string; name: string };
  /** Leads to the schema before the migration, in order: what the target ships and the rest of the gap. */
  before: readonly SqlSource[];
  /** Undefined where its SQL can't be read. */
  up: SqlSource | undefined;
  /** Undefined where there is none. */
  down: SqlSource | undefined;
  /** What is in the schema and can't be read, or not whole; each with why. @default nothing */
  unread?: Gap["unread"];
  /** Whether what takes it back lets it begin and end transactions of its own. @default false */
  endsTransactions?: boolean;
  /** What a gap means, as `judge` says it. */
  judge: (gap: Gap) => Promise<CombinedJudgement>;
  /** Counts in the live database; undefined where it can't be asked. */
  count: ((candidates: readonly LossCandidate[]) => Promise<CountedLosses>) | undefined;
}

/** What taking back one migration would come to: whether it can be, what is lost, what stays. */
export async function judgeStepDown(question: StepDownQuestion): Promise<StepDown> {
  const { migration, up, down, before, unread = [], endsTransactions = false } = question;
  const own = { ...migration, losses: [], stays: [], confirmed: true };
  if (down === undefined)
    return { ...own, verdict: "missing", reason: "The catalog has no way down of this migration." };
  if (up === undefined)
    return {
      ...own,
      verdict: "missing",
      reason: "The SQL of this migration can't be read, so nobody can say what its way down does.",
    };
  const bound = down.withoutTransaction !== true && !endsTransactions;
  const control = bound ? await transactionControl(down) : undefined;
  if (control !== undefined)
    return {
      ...own,
      verdict: "irreversible",
      reason: `Its way down can't be run: ${controlText(control)}.`,
    };
  // Findings name a migration by its source, and these two come from one file.
  const wayDown = { ...down, name: `${down.name} (down)` };
  const [whole, back] = [
    await question.judge({ shipped: before, ahead: [up, wayDown], unread }),
    await question.judge({ shipped: [...before, up], ahead: [wayDown], unread }),
  ];
  const obstacle = whyIrreversible(wayDown.name, whole, back);
  // What can't be read is told as a doubt, and need not be what stays.
  const unreadNames = new Set(unread.map(({ name }) => name));
  const stays = whole.findings
    .filter((finding) => isTelling(finding) && !unreadNames.has(finding.object))
    .map(stayText);
  if (obstacle !== undefined) return { ...own, verdict: "irreversible", stays, reason: obstacle };
  return withLosses(question, whole, back, stays);
}

/** Rules of what a migration did to data; the names that old code uses are there again. */
const ofDataAlone: ReadonlySet<string> = new Set([
  "column-recreated",
  "table-recreated",
  "table-truncated",
  "rows-deleted",
  "rows-changed",
  "values-lost",
  "values-changed",
  "lossy-cast",
]);

/** What keeps the way down from being one, or undefined. */
function whyIrreversible(
  wayDown: string,
  whole: CombinedJudgement,
  back: CombinedJudgement,
): string | undefined {
  const failing = `${wayDown} line `;
  for (const reason of [whole.notTried?.reason, back.notTried?.reason]) {
    const at = reason?.indexOf(failing) ?? -1;
    if (reason !== undefined && at >= 0)
      return `Its way down fails: ${reason.slice(at + failing.length - "line ".length)}`;
  }
  const broken = whole.findings.filter(
    ({ verdict, rule }) =>
      rule !== unreadRule &&
      (verdict === "breaking" || (verdict === "destructive" && !ofDataAlone.has(rule))),
  );
  if (broken.length === 0) return undefined;
  const objects = [...new Set(broken.map(({ object }) => object))].join(", ");
  return `Its way down does not bring back the schema that was before it: ${objects}.`;
}

async function withLosses(
  { migration, count }: StepDownQuestion,
  whole: CombinedJudgement,
  back: CombinedJudgement,
  stays: readonly string[],
): Promise<StepDown> {
  const candidates = lossCandidates(back.findings);
  const { losses, empty } = await counted(candidates, count);
  const doubts = [...new Set([...whole.unconfirmed, ...back.unconfirmed])];
  const unread = back.unconfirmed.filter((doubt) => back.unproved?.includes(doubt) !== true);
  const checks = {
    empty,
    ...(back.server !== undefined && { changes: [...new Set(back.findings.map(({ object }) => object))] }),
  };
  const own = { ...migration, stays, checks };
  if (losses.length > 0) {
    const uncounted = losses.some(({ unconfirmed }) => unconfirmed !== undefined);
    return {
      ...own,
      losses,
      verdict: "lossy",
      reason: "Its way down destroys data that the newer code may have written.",
      confirmed: doubts.length === 0 && !uncounted,
    };
  }
  // What nobody could read may destroy anything.
  if (unread.length > 0) {
    return {
      ...own,
      losses: [{ object: "data that can't be told", estimated: false, unconfirmed: unread.join("; ") }],
      verdict: "lossy",
      reason: "What its way down does could not be told for certain.",
      confirmed: false,
    };
  }
  return {
    ...own,
    losses,
    verdict: "lossless",
    reason:
      empty.length === 0
        ? "Its way down destroys no data."
        : `What its way down removes holds no data now: ${empty.map(({ object }) => object).join(", ")}.`,
    confirmed: doubts.length === 0,
  };
}

/** Without a database nothing is known to be empty. */
async function counted(
  candidates: readonly LossCandidate[],
  count: StepDownQuestion["count"],
): Promise<CountedLosses> {
  if (candidates.length === 0) return { losses: [], empty: [] };
  if (count !== undefined) return count(candidates);
  return {
    losses: candidates.map(({ object }) => ({
      object,
      estimated: false,
      unconfirmed: "the database could not be asked",
    })),
    empty: [],
  };
}

/** What a way down destroys, each object once: of a table that is dropped not its columns as well. */
export function lossCandidates(findings: readonly Finding[]): LossCandidate[] {
  const destructive = findings.filter(
    ({ verdict, rule }) => verdict === "destructive" && rule !== unreadRule,
  );
  const objects = new Set(destructive.map(({ object }) => object));
  const first = new Map<string, LossCandidate>();
  for (const { rule, object, statement } of destructive) {
    const holder = object.slice(0, Math.max(0, object.lastIndexOf(".")));
    if (objects.has(holder) || first.has(object)) continue;
    first.set(object, { object, rule, ...(statement !== undefined && { statement }) });
  }
  return [...first.values()];
}

function isTelling({ verdict }: Finding): boolean {
  return verdicts.indexOf(verdict) > verdicts.indexOf("compatible");
}

function stayText({ object, reason }: Finding): string {
  return `${object}: ${reason}`;
}
