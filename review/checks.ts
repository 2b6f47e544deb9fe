import type { Repository } from "./repository";
import { reviewedIn, type Reviewed } from "./reviewedCheck";

/** What a check says. */
export interface CheckWords {
  title: string;
  /** Markdown. */
  summary: string;
  text: string | undefined;
}

const write = "`checks: write`, which only an app has, such as GitHub Actions by its GITHUB_TOKEN";

/** Begins a check of a commit. @returns its number */
export async function beginCheck(repository: Repository, name: string, commit: string): Promise<number> {
  const { data } = await repository.asked(`begin the check ${name}`, write, (octokit, at) =>
    octokit.request("POST /repos/{owner}/{repo}/check-runs", {
      ...at,
      ...{ name, head_sha: commit, status: "in_progress", started_at: new Date().toISOString() },
    }),
  );
  return Number(data.id);
}

/** Ends a check. @param reviewed for the deployment that follows, by `reviewedText` */
export async function endCheck(
  repository: Repository,
  check: number,
  passed: boolean,
  { title, summary, text }: CheckWords,
  reviewed: string | undefined,
): Promise<void> {
  await repository.asked("end the check", write, (octokit, at) =>
    octokit.request("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", {
      ...at,
      check_run_id: check,
      status: "completed",
      conclusion: passed ? "success" : "failure",
      ...(reviewed !== undefined && { external_id: reviewed }),
      output: { title, summary, ...(text !== undefined && { text }) },
    }),
  );
}

/** What a check of a name says of a commit. */
export interface FoundCheck {
  /** Higher for a newer one. */
  id: number;
  /** Number of the app that wrote it; 0 where that is not told. */
  app: number;
  passed: boolean;
  /** Undefined for one that did not come to an assessment. */
  reviewed: Reviewed | undefined;
  text: string | null;
}

/** All checks of a name that were ever made of a commit, the newest first. */
export async function checksOf(
  repository: Repository,
  name: string,
  commit: string,
): Promise<readonly FoundCheck[]> {
  const { data } = await repository.asked(`tell of the check ${name}`, "`checks: read`", (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      ...at,
      ...{ ref: commit, check_name: name, filter: "all", per_page: 100 },
    }),
  );
  return data.check_runs
    .map(({ id, app, status, conclusion, external_id, output }) => ({
      id: Number(id),
      app: Number(app?.id ?? 0),
      passed: status === "completed" && conclusion === "success",
      reviewed: reviewedIn(external_id),
      text: output.text,
    }))
    .sort((a, b) => b.id - a.id);
}

/** The fingerprints of what was seen of a commit before, and is something else. */
export function seenOtherwise(checks: readonly FoundCheck[], fingerprint: string): string[] {
  const seen = checks.flatMap(({ reviewed }) => reviewed?.fingerprint ?? []);
  return [...new Set(seen)].filter((other) => other !== fingerprint);
}
