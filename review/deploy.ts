import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { keepReviewed, reviewedReport } from "../assessment/savedReports";
import { reviewedVariable } from "../assessment/reviewed";
import type { NamedStack } from "../stack/stackSettings";
import { Refused } from "../stack/endings";
import { recordPlace } from "../records/writtenRecord";
import { runUp, type UpEnded, type UpRequest } from "../updates/up";
import { stackFile } from "../updates/stackFile";
import { approved } from "./approval";
import { compared, deployedBranch, fileIn, tipOf } from "./branches";
import { checksOf, seenOtherwise, type FoundCheck } from "./checks";
import { withoutIdentity } from "./place";
import { mergedWith, type PullRequest } from "./pullRequests";
import type { Repository } from "./repository";
import { checkName, reportIn, type Reviewed } from "./reviewedCheck";
import { wayToReviewed } from "./reviewedCommit";
import { checkedOut, placeInRepository, refuseNotCommitted } from "./workingTree";

/** What was reviewed, of the merged pull request that is checked out. */
export interface FoundReview {
  pull: PullRequest;
  reviewed: Reviewed;
  /** JSON of the report that was reviewed; undefined where the check holds none. */
  report: string | undefined;
}

/**
 * Looks up what was reviewed of the commit that is checked out, and that somebody has approved it since.
 * @param folder of the project
 * @throws Refused where nothing was, or a newer stack file is to be deployed; BrokenEnvironment
 */
export async function findReview(
  repository: Repository,
  { stack, label, settings }: Pick<NamedStack, "stack" | "label" | "settings">,
  folder: string,
): Promise<FoundReview> {
  const commit = await checkedOut(folder);
  await refuseNotCommitted(folder, settings.record.folder, "nothing was deployed");
  const branch = await deployedBranch(repository);
  const place = await placeInRepository(folder);
  const path = `${place}${stackFile(stack)}`;
  const instead = () => wayToReviewed(repository, { stack, commit, branch, folder, place, path });
  const pull = await mergedWith(repository, commit, branch);
  if (pull === undefined)
    throw new Refused(
      `The commit ${commit.slice(0, 12)} came into the branch ${branch} of ${repository.place.repository} with no pull ` +
        `request, so nothing of it was reviewed and nothing was deployed. To propose it: ${proposeIt(stack)}${await instead()}`,
    );
  const { own } = await compared(repository, branch, commit);
  if (own.length > 0)
    throw new Refused(
      `The branch ${branch} of ${repository.place.repository} does not lead to the commit ${commit.slice(0, 12)} any more, so ` +
        `nothing was deployed. To have what it leads to: git fetch origin ${branch} && git checkout FETCH_HEAD${await instead()}`,
    );
  if (await isSuperseded(repository, path, folder, branch))
    throw new Refused(
      `${path} is another one in the newest commit of ${branch}, so what is checked out was not deployed. ` +
        `The job of that commit deploys it; or: git fetch origin ${branch} && git checkout FETCH_HEAD${await instead()}`,
    );
  const name = checkName(stack);
  const found = reviewedBy(await checksOf(repository, name, pull.head), label, settings.review?.app);
  if (found === undefined)
    throw new Refused(
      `The check ${name} has not passed on the last commit of ${pull.url} (${pull.head.slice(0, 12)}), was not written by ` +
        `${appWords(settings.review?.app)}, or has seen different things of it, so nothing was deployed. ` +
        `To have it reviewed: ${proposeIt(stack)}${await instead()}`,
    );
  await refuseUnapproved(repository, pull, found.endedAt);
  return { pull, reviewed: found.reviewed, report: reportIn(found.text) };
}

const proposeIt = (stack: string) => `npx knowngood propose TAG --stack ${stack} --reason WHY`;

const appWords = (app: number | undefined) => (app === undefined ? "GitHub Actions" : `the app ${app}`);

/**
 * The newest word has to be that it passed, and all that was ever seen of the commit has to be the same.
 * @param checks the newest first
 * @param app number of the app whose checks count; undefined for GitHub Actions', whose name nobody else can have
 */
export function reviewedBy(
  checks: readonly FoundCheck[],
  stack: string,
  app: number | undefined,
): { reviewed: Reviewed; text: string | null; endedAt: string } | undefined {
  const own = checks.filter((check) =>
    app === undefined ? check.app?.slug === "github-actions" : check.app?.id === app,
  );
  const [newest] = own;
  if (newest?.reviewed === undefined || newest.endedAt === undefined || !newest.passed) return undefined;
  const { reviewed, text, endedAt } = newest;
  if (reviewed.stack !== stack || seenOtherwise(own, reviewed.fingerprint).length > 0) return undefined;
  return { reviewed, text, endedAt };
}

/** Also where an administrator has merged it: GitHub's rules bind at the merge alone, and not all of them. */
async function refuseUnapproved(repository: Repository, pull: PullRequest, since: string): Promise<void> {
  const { by, without } = await approved(repository, pull, since);
  if (by !== undefined) return;
  throw new Refused(
    `Nobody has approved the last commit of ${pull.url} (${pull.head.slice(0, 12)}) after its check ended at ${since}, so ` +
      `nothing was deployed${without.length === 0 ? "" : ` (${without.join("; ")})`}. Somebody else who may write to the ` +
      "repository can approve it there, after the merge too; then run this again.",
  );
}

/** A job that is run again must not bring back what a later merge has changed. */
async function isSuperseded(
  repository: Repository,
  path: string,
  folder: string,
  branch: string,
): Promise<boolean> {
  const newest = await tipOf(repository, branch);
  const [there, here] = await Promise.all([
    newest === undefined ? undefined : fileIn(repository, path, newest),
    readFile(join(folder, basename(path)), "utf8").catch(() => undefined),
  ]);
  return there !== here;
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
