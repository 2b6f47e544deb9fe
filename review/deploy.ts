import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keepReviewed, reviewedReport } from "../assessment/savedReports";
import { reviewedVariable } from "../assessment/reviewed";
import type { NamedStack } from "../stack/stackSettings";
import { Refused } from "../stack/endings";
import { recordPlace } from "../records/writtenRecord";
import { runUp, type UpEnded, type UpRequest } from "../updates/up";
import { stackFile } from "../updates/stackFile";
import { deployedBranch, fileIn, tipOf } from "./branches";
import { checksOf, seenOtherwise, type FoundCheck } from "./checks";
import { withoutIdentity } from "./place";
import { mergedWith, type PullRequest } from "./pullRequests";
import type { Repository } from "./repository";
import { checkName, reportIn, type Reviewed } from "./reviewedCheck";
import { checkedOut, placeInRepository } from "./workingTree";

/** What was reviewed, of the merged pull request that is checked out. */
export interface FoundReview {
  pull: PullRequest;
  reviewed: Reviewed;
  /** JSON of the report that was reviewed; undefined where the check holds none. */
  report: string | undefined;
}

/**
 * Looks up what was reviewed of the commit that is checked out.
 * @param folder of the project
 * @throws Refused where nothing was, or a newer stack file is to be deployed; BrokenEnvironment
 */
export async function findReview(
  repository: Repository,
  { stack, label }: Pick<NamedStack, "stack" | "label">,
  folder: string,
): Promise<FoundReview> {
  const commit = await checkedOut(folder);
  const pull = await mergedWith(repository, commit);
  if (pull === undefined)
    throw new Refused(
      `The commit ${commit.slice(0, 12)} came into ${repository.place.repository} with no pull request, so nothing of it was ` +
        `reviewed and nothing was deployed. To propose it: npx knowngood propose TAG --stack ${stack} --reason WHY`,
    );
  await refuseSuperseded(repository, stack, folder);
  const name = checkName(stack);
  const found = reviewedBy(await checksOf(repository, name, pull.head), label);
  if (found === undefined)
    throw new Refused(
      `The check ${name} has not passed on the last commit of ${pull.url} (${pull.head.slice(0, 12)}), or has seen different ` +
        `things of it, so nothing was deployed. To have it reviewed: npx knowngood propose TAG --stack ${stack} --reason WHY`,
    );
  return { pull, reviewed: found.reviewed, report: reportIn(found.text) };
}

/**
 * The newest word of every app has to be that it passed, and all that was ever seen of the commit has to be the same: who
 * approved may have seen any of it.
 * @param checks the newest first
 */
export function reviewedBy(
  checks: readonly FoundCheck[],
  stack: string,
): { reviewed: Reviewed; text: string | null } | undefined {
  const newest = checks.filter(({ app, id }) => !checks.some((other) => other.app === app && other.id > id));
  const [first] = newest;
  if (first?.reviewed === undefined || newest.some(({ passed }) => !passed)) return undefined;
  const { reviewed, text } = first;
  if (reviewed.stack !== stack || seenOtherwise(checks, reviewed.fingerprint).length > 0) return undefined;
  return { reviewed, text };
}

/** A job that is run again must not bring back what a later merge has changed. */
async function refuseSuperseded(repository: Repository, stack: string, folder: string): Promise<void> {
  const branch = await deployedBranch(repository);
  const newest = await tipOf(repository, branch);
  const file = stackFile(stack);
  const path = `${await placeInRepository(folder)}${file}`;
  const [there, here] = await Promise.all([
    newest === undefined ? undefined : fileIn(repository, path, newest),
    readFile(join(folder, file), "utf8").catch(() => undefined),
  ]);
  if (there === here) return;
  throw new Refused(
    `${path} is another one in the newest commit of ${branch}, so what is checked out was not deployed. ` +
      `The job of that commit deploys it; or: git fetch origin ${branch} && git checkout FETCH_HEAD`,
  );
}

/** Runs the `up` that was reviewed; the program refuses it where it comes to something else. */
export async function deployReviewed(
  { stack, project, settings }: NamedStack,
  { pull, reviewed: { fingerprint }, report }: FoundReview,
  more: Pick<UpRequest, "onEvent" | "signal" | "atOnce">,
): Promise<UpEnded> {
  const records = recordPlace(settings);
  // A runner of its own has no reports; this one tells the difference where there is one.
  if (report !== undefined && reviewedReport(records.folder, fingerprint) === undefined)
    keepReviewed(records.folder, fingerprint, report);
  return runUp({
    ...{ stack, project, records, ...more },
    message: `${pull.title} (#${pull.number})`,
    env: { ...withoutIdentity, [reviewedVariable]: fingerprint },
  });
}
