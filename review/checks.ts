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

/** What the newest check of a name says of a commit. */
export interface FoundCheck {
  passed: boolean;
  reviewed: Reviewed | undefined;
  text: string | null;
}

/** By app, the newest check of a name; none where there is none. */
export async function checksOf(
  repository: Repository,
  name: string,
  commit: string,
): Promise<readonly FoundCheck[]> {
  const { data } = await repository.asked(`tell of the check ${name}`, "`checks: read`", (octokit, at) =>
    octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      ...at,
      ...{ ref: commit, check_name: name, filter: "latest" },
    }),
  );
  return data.check_runs.map(({ status, conclusion, external_id, output }) => ({
    passed: status === "completed" && conclusion === "success",
    reviewed: reviewedIn(external_id),
    text: output.text,
  }));
}
