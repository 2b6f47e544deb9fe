import type { Finding, Judgement } from "./finding";
import type { Gap } from "./gap";
import { displayName } from "./objectName";
import { ruleOf } from "./rules/rules";
import type { ScratchJudgement } from "./scratch/judgeOnScratch";
import type { StaticJudgement } from "./static/judgeStatically";
import type { StructuralFinding } from "./snapshot/structuralFinding";
import { gravest, isPast, verdicts } from "./verdict";

/** A judgement of both engines, with what a reader of the report may want to know besides. */
export interface CombinedJudgement extends Judgement {
  /** The scratch server that proved it; undefined where none did. */
  server?: string;
  /** What was made or is missing on the scratch server, such as roles and extensions. */
  notes: readonly string[];
  /** Those of `unconfirmed` that come of what was not tried; the others come of what was not read. @default none */
  unproved?: readonly string[];
  /** Why no scratch database proved it; undefined where one did. */
  notTried?: { reason: string };
}

/** Among what leaves a judgement unconfirmed: that it was not tried. */
export function notTriedText({ reason }: { reason: string }): string {
  return `The net effect was not tried on a scratch database: ${reason}`;
}

/** Among what leaves a judgement unconfirmed: that a part of it was not tried. */
function limitText(limit: string): string {
  return `A part was not tried on the scratch database: ${limit}`;
}

/** The two engines' words as one: scratch has the say on structure, static on data that no catalog shows. */
export function combine(
  gap: Gap,
  fromStatic: StaticJudgement,
  fromScratch: ScratchJudgement,
): CombinedJudgement {
  const withoutSql = (gap.unread ?? []).map(({ name, reason }) => `${name}: ${reason}`);
  const refused =
    !fromScratch.ran &&
    fromScratch.refused === true &&
    gravest(fromStatic.findings.map(({ verdict }) => verdict)) === "compatible";
  const unread = [...new Set([...fromStatic.unread, ...withoutSql])];
  const judged = fromScratch.ran
    ? merge(
        fromScratch.findings.map((finding) => attributed(finding, fromStatic)),
        fromStatic.dataFindings,
      )
    : [...fromStatic.findings];
  const unknown = [...unread, ...(refused && unread.length === 0 ? [fromScratch.reason] : [])];
  const findings = sorted(withoutDoubles([...judged, ...unreadFindings(gap, unknown, judged)]), gap);
  const unproved = fromScratch.ran ? fromScratch.limits.map(limitText) : [notTriedText(fromScratch)];
  const unconfirmed = [...unproved, ...unread];
  return {
    verdict: gravest(findings.map(({ verdict }) => verdict)),
    confirmed: unconfirmed.length === 0,
    unconfirmed,
    ...(unproved.length > 0 && { unproved }),
    findings,
    ...(fromScratch.ran ? { server: fromScratch.server } : { notTried: { reason: fromScratch.reason } }),
    notes: fromScratch.ran ? fromScratch.told : [],
  };
}

function attributed(finding: StructuralFinding, fromStatic: StaticJudgement): Finding {
  const { rule, verdict, object, reason, remedy } = finding;
  const copy = lostWithColumn.has(rule) ? fromStatic.copyOf(object) : undefined;
  return {
    rule,
    verdict: copy === undefined ? verdict : "breaking",
    object: displayName(object),
    ...fromStatic.statementBehind(object, rule),
    engine: "scratch",
    reason: copy === undefined ? reason : `${reason} Its values were copied to ${displayName(copy)} before.`,
    remedy,
  };
}

/** What a column's values outlive where the gap copied them to another name. */
const lostWithColumn: ReadonlySet<string> = new Set(["column-dropped", "values-lost"]);

/**
 * What scratch saw, and the losses that only statements tell. Trials see that values are lost or changed, statements
 * say by what: of the same loss the statement's finding stays. A structure's own loss says more than both.
 */
function merge(seen: readonly Finding[], told: readonly Finding[]): Finding[] {
  const bySeenOf = new Map(seen.filter(isLoss).map((finding) => [finding.object, finding]));
  const kept = told.filter((finding) => {
    const other = bySeenOf.get(finding.object);
    return !isLoss(finding) || other === undefined || isTrialRule(other.rule);
  });
  const toldOf = new Set(kept.filter(isLoss).map(({ object }) => object));
  const alone = seen.filter(
    ({ rule, object }) => !isTrialRule(rule) || !(toldOf.has(object) || toldOf.has(relationOf(object))),
  );
  return [...alone, ...kept];
}

function isLoss({ verdict }: Finding): boolean {
  return verdict === "destructive";
}

function isTrialRule(rule: string): boolean {
  return lossRules.has(rule);
}

const lossRules: ReadonlySet<string> = new Set(["values-lost", "values-changed"]);

function relationOf(column: string): string {
  return column.slice(0, Math.max(0, column.lastIndexOf(".")));
}

/** What could not be read is a finding, too, unless an engine has told it. */
function unreadFindings(
  { unread: withoutSql = [] }: Gap,
  unread: readonly string[],
  judged: readonly Finding[],
): Finding[] {
  const unknown = (object: string, reason: string): Finding => ({
    rule: unreadRule,
    verdict: ruleOf(unreadRule).verdict,
    object,
    engine: "static",
    reason: `What it does is not known: ${reason}.`,
    remedy: ruleOf(unreadRule).remedy,
  });
  const told = judged.some(({ rule }) => rule === unreadRule);
  const named = withoutSql.map(({ name, reason }) => ({ ...unknown(name, reason), migration: name }));
  return named.length > 0 || told ? named : unread.map((reason) => unknown("the gap", reason));
}

/** Of what could not be read, so that nobody knows what it does. */
export const unreadRule = "unread-statement";

function withoutDoubles(findings: readonly Finding[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    const { rule, object, migration, line } = finding;
    // What could not be read is known by its place alone.
    const key = JSON.stringify([rule, object, ...(rule === unreadRule ? [migration, line] : [])]);
    const other = first.get(key);
    const graver = other !== undefined && isPast(finding.verdict, other.verdict);
    const alike = other?.verdict === finding.verdict;
    if (other === undefined || graver || (alike && other.line === undefined && finding.line !== undefined))
      first.set(key, finding);
  }
  return [...first.values()];
}

/** Gravest first; of the same verdict in the order of the statements, those without one last. */
function sorted(findings: readonly Finding[], { ahead }: Gap): Finding[] {
  const places = new Map(ahead.map(({ name }, index) => [name, index]));
  const place = ({ migration }: Finding) => places.get(migration ?? "") ?? ahead.length;
  return [...findings].sort(
    (one, other) =>
      verdicts.indexOf(other.verdict) - verdicts.indexOf(one.verdict) ||
      place(one) - place(other) ||
      (one.line ?? 0) - (other.line ?? 0),
  );
}
