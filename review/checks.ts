import { Refused } from "../stack/endings";
import { allOf, inPages, pageSize } from "./pages";
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

/** An app on GitHub, by its number and by its name in addresses. */
export interface CheckApp {
  id: number;
  slug: string;
}

/** What a check of a name says of a commit. */
export interface FoundCheck {
  /** Higher for a newer one. */
  id: number;
  /** The app that wrote it; undefined where that is not told. */
  app: CheckApp | undefined;
  passed: boolean;
  /** ISO 8601; undefined while it runs. */
  endedAt: string | undefined;
  /** Undefined for one that did not come to an assessment. */
  reviewed: Reviewed | undefined;
  text: string | null;
}

/** All checks of a name that were ever made of a commit, the newest first. @throws Refused where GitHub does not show all of them */
export async function checksOf(
  repository: Repository,
  name: string,
  commit: string,
): Promise<readonly FoundCheck[]> {
  let told = 0;
  const found = await allOf(
    inPages(`checks ${name} of the commit ${commit.slice(0, 12)}`, async (page) => {
      const { data } = await repository.asked(`tell of the check ${name}`, "`checks: read`", (octokit, at) =>
        octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
          ...at,
          ...{ ref: commit, check_name: name, filter: "all", per_page: pageSize, page },
        }),
      );
      told = data.total_count;
      return data.check_runs;
    }),
  );
  if (told > found.length)
    throw new Refused(
      `The commit ${commit.slice(0, 12)} has ${told} checks ${name}, of which GitHub shows ${found.length}, so what was seen ` +
        "of it can't be told. Add a commit, and have that reviewed.",
    );
  return found
    .map(({ id, app, status, conclusion, completed_at, external_id, output }) => ({
      id: Number(id),
      app: app ? { id: Number(app.id), slug: app.slug ?? "" } : undefined,
      passed: status === "completed" && conclusion === "success",
      endedAt: completed_at ?? undefined,
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
