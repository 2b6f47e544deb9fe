import type { Finding, Judgement } from "../schema/finding";
import { isPast, type Verdict } from "../schema/verdict";

/** What the schema means for a release that could come back, before an `up` and after it. */
export interface Standing {
  tag: string;
  /** Undefined where it was not judged in time. */
  now: Judgement | undefined;
  after: Judgement | undefined;
}

/** How far back a stack can go on its present schema. */
export interface Horizon {
  /** The oldest of the judged releases that can run on it; undefined where none is known to. */
  oldest: string | undefined;
  /** By tag; `unknown` where it was not judged in time. */
  verdicts: Readonly<Record<string, Verdict | "unknown">>;
}

/** A release that can run now, and no longer once the `up` is through. */
export interface ClosedWay {
  tag: string;
  verdict: Verdict;
  /** What closes it, gravest first. */
  findings: readonly Finding[];
}

/**
 * @param standings in the catalog's order, oldest first
 * @param allowed the gravest verdict that a release runs with
 */
export function horizonOf(standings: readonly Standing[], allowed: Verdict): Horizon {
  return {
    oldest: standings.find(({ after }) => after !== undefined && !isPast(after.verdict, allowed))?.tag,
    verdicts: Object.fromEntries(standings.map(({ tag, after }) => [tag, after?.verdict ?? "unknown"])),
  };
}

/** Releases for which an `up` closes the way back. What was not judged before it counts as open until then. */
export function closedWays(standings: readonly Standing[], allowed: Verdict): ClosedWay[] {
  return standings.flatMap(({ tag, now, after }) => {
    if (after === undefined || !isPast(after.verdict, allowed)) return [];
    if (now !== undefined && isPast(now.verdict, allowed)) return [];
    const findings = after.findings.filter(({ verdict }) => isPast(verdict, allowed));
    return [{ tag, verdict: after.verdict, findings }];
  });
}

/** Changes that are named in one sentence; more are counted. */
const namedAtMost = 3;

/**
 * `after this, v1.4.1 can no longer run: v3 drops orders.note`.
 * @param releaseOf the release that a migration, named as findings do, came with
 */
export function closingText(
  { tag, verdict, findings }: ClosedWay,
  releaseOf: (migration: string) => string | undefined,
): string {
  const changes = [...new Set(findings.map((finding) => changeText(finding, releaseOf)))];
  const more = changes.length > namedAtMost ? ` and ${changes.length - namedAtMost} more` : "";
  const why = changes.length === 0 ? `it is ${verdict}` : changes.slice(0, namedAtMost).join(", ") + more;
  return `after this, ${tag} can no longer run: ${why}`;
}

function changeText(
  { migration, rule, object }: Finding,
  releaseOf: (migration: string) => string | undefined,
): string {
  const who = migration === undefined ? undefined : (releaseOf(migration) ?? migration);
  return `${who ?? "a migration"} ${verbOf(rule)} ${object}`;
}

/** What a rule's id says was done, as a sentence wants it; the first that fits. */
const verbs: readonly [RegExp, string][] = [
  [/^default-dropped$/, "drops the default of"],
  [/^not-null-dropped$/, "allows NULL in"],
  [/^(not-null-set.*|.*-added-required|domain-not-null-set)$/, "requires a value in"],
  [/^(rows-deleted|table-truncated)$/, "deletes rows of"],
  [/^(rows-changed|values-.*)$/, "changes values of"],
  [/-dropped$/, "drops"],
  [/-renamed$/, "renames"],
  [/-recreated$/, "makes anew"],
  [/-swapped$/, "swaps"],
  [/-(added|added-.*)$/, "adds to"],
  [/-revoked$/, "revokes rights on"],
];

function verbOf(rule: string): string {
  return verbs.find(([pattern]) => pattern.test(rule))?.[1] ?? "changes";
}
