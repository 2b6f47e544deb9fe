import type { Release } from "./release";

/** What CI said of a release's commit: `pending` has not ended, `unknown` was not to be had. */
export interface CiAnswer {
  verdict: "passed" | "failed" | "pending" | "unknown";
  /** What was found, such as the checks that did not pass, as part of a sentence. */
  found: string;
  /** Where to read more; undefined where nobody named a place. */
  url?: string;
}

/** One check of a commit, whichever of GitHub's two kinds it is. */
export interface Check {
  name: string;
  outcome: "passed" | "failed" | "pending";
  url?: string;
}

/** A run that was skipped or is neutral stands in nobody's way on GitHub either. */
const passingConclusions: ReadonlySet<string> = new Set(["success", "neutral", "skipped"]);

/** A check run as GitHub has it. @param conclusion null until it has ended */
export function checkOfRun(run: {
  name: string;
  status: string;
  conclusion: string | null;
  html_url?: string | null;
}): Check {
  const { name, status, conclusion, html_url: url } = run;
  const outcome =
    status !== "completed" || conclusion === null
      ? "pending"
      : passingConclusions.has(conclusion)
        ? "passed"
        : "failed";
  return { name, outcome, ...(typeof url === "string" && { url }) };
}

/** A commit status as GitHub has it. */
export function checkOfStatus(status: { context: string; state: string; target_url?: string | null }): Check {
  const { context, state, target_url: url } = status;
  const outcome = state === "success" ? "passed" : state === "pending" ? "pending" : "failed";
  return { name: context, outcome, ...(typeof url === "string" && url !== "" && { url }) };
}

/**
 * What a commit's checks come to: one that failed decides, then one that is pending.
 * @param names those that count; none for all that there are. One that has not reported is pending.
 */
export function ciAnswer(checks: readonly Check[], names: readonly string[]): CiAnswer {
  const counting = names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
  const silent = names.filter((name) => !checks.some((check) => check.name === name));
  const failed = counting.filter(({ outcome }) => outcome === "failed");
  if (failed.length > 0) return answer("failed", failed, `${list(failed)} did not pass`);
  const pending = counting.filter(({ outcome }) => outcome === "pending");
  if (pending.length > 0 || silent.length > 0) {
    const found = [
      ...(pending.length > 0 ? [`${list(pending)} has not ended`] : []),
      ...(silent.length > 0 ? [`${silent.join(", ")} has not reported`] : []),
    ];
    return answer("pending", pending, found.join("; "));
  }
  if (counting.length === 0) return { verdict: "unknown", found: "no check has reported for the commit" };
  return answer("passed", counting, `${list(counting)} passed`);
}

/** What the catalog itself says. */
export function catalogAnswer({ tag, ci }: Release): CiAnswer {
  const url = ci?.url === undefined ? {} : { url: ci.url };
  switch (ci?.verdict) {
    case "passed":
      return { verdict: "passed", found: `the catalog says that ${tag} passed`, ...url };
    case "failed":
      return { verdict: "failed", found: `the catalog says that ${tag} did not pass`, ...url };
    case "unknown":
    case undefined:
      return { verdict: "unknown", found: `the catalog does not say whether ${tag} passed`, ...url };
  }
}

function answer(verdict: CiAnswer["verdict"], checks: readonly Check[], found: string): CiAnswer {
  const url = checks.find((check) => check.url !== undefined)?.url;
  return { verdict, found, ...(url !== undefined && { url }) };
}

/** Checks that are named in one sentence; more are counted. */
const namedAtMost = 5;

function list(checks: readonly Check[]): string {
  const names = [...new Set(checks.map(({ name }) => name))];
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : "";
  return names.slice(0, namedAtMost).join(", ") + more;
}
