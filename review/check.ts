import { previewPlan, type Previewed } from "../updates/preview";
import { stackFile } from "../updates/stackFile";
import type { NamedStack } from "../stack/stackSettings";
import type { Redact } from "../gates/redaction";
import { InvalidInput } from "../settings/violations";
import { beginCheck, checksOf, endCheck, seenOtherwise, type CheckWords } from "./checks";
import { ownLogin, putComment } from "./comments";
import { checkWords, commentMark, commentWords } from "./checkWords";
import { eventPullRequest, type EventPullRequest } from "./event";
import { reviewPlace, withoutIdentity } from "./place";
import { pullRequest } from "./pullRequests";
import { GitHubRefusal, Repository, rights } from "./repository";
import { checkName, reviewedText } from "./reviewedCheck";
import { Refused } from "../stack/endings";
import { redactorOf } from "../stack/stackSecrets";
import { block } from "../records/postmortem/markdown";
import { isTreeOf, placeInRepository, refuseNotCommitted } from "./workingTree";

/** What a check came to. */
export interface Checked {
  /** Undefined where the program did not come to an assessment. */
  plan: Previewed["plan"];
  passed: boolean;
  /** Fingerprints of what was seen of the same commit before, where that was something else. */
  before: readonly string[];
  /** What Pulumi said, without secrets. */
  text: string;
  /** Why there is no comment, where there should be one. */
  warning?: string;
}

/**
 * Previews what is checked out, a pull request's tree, and says on GitHub what it comes to: a check of its newest commit,
 * which holds what was reviewed, and one comment.
 * @param number of the pull request; undefined for that of the event
 * @param signal ends the preview in order; the check is ended then, too
 * @throws InvalidInput where what is checked out is another tree, Refused where files of it are not committed,
 * BrokenEnvironment; what `signal` says
 */
export async function checkPullRequest(
  named: NamedStack,
  number: number | undefined,
  signal: AbortSignal,
): Promise<Checked> {
  const { stack, label, project, settings } = named;
  const repository = new Repository(reviewPlace(settings.review, process.env), { rights: rights.check });
  const pull = await subject(repository, number);
  if (!(await isTreeOf(process.cwd(), pull.head))) throw anotherTree(pull);
  const check = await beginCheck(repository, checkName(stack), pull.head);
  let words = diedWords(label);
  let ended = false;
  try {
    await refuseNotCommitted(process.cwd(), settings.record.folder, "nothing was looked at").catch(
      (error: unknown) => {
        // Its words name files of the repository alone.
        if (error instanceof Refused) words = notCommittedWords(error.message);
        throw error;
      },
    );
    const redact = await redactorOf(stack);
    const preview = await previewPlan({ stack, project, env: withoutIdentity, signal });
    const { plan } = preview;
    const before =
      plan === undefined
        ? []
        : seenOtherwise(await checksOf(repository, checkName(stack), pull.head), plan.fingerprint);
    const goes = plan !== undefined && preview.exitCode === 0 && plan.refusals.length === 0;
    // Who has approved this commit has seen something else.
    const passed = goes && before.length === 0;
    const facts = {
      ...{ stack: label, project, redact, preview, passed, before, head: pull.head },
      file: `${await placeInRepository(process.cwd())}${stackFile(stack)}`,
    };
    const reviewed = plan && reviewedText({ stack: label, tag: plan.to, fingerprint: plan.fingerprint });
    await endCheck(repository, check, passed, checkWords(facts), reviewed);
    ended = true;
    const quiet = passed && plan.settled && !preview.changes;
    const comment = { mark: commentMark(label), body: commentWords(facts), silent: quiet };
    const warning = await problemOf(
      ownLogin(repository, check).then((login) => putComment(repository, pull.number, comment, login)),
    );
    return {
      ...{ plan, passed, before, text: shown(preview, redact) },
      ...(warning !== undefined && { warning }),
    };
  } finally {
    // What died on the way has not passed.
    if (!ended) await endCheck(repository, check, false, words, undefined).catch(() => undefined);
  }
}

async function subject(repository: Repository, number: number | undefined): Promise<EventPullRequest> {
  if (number === undefined) return eventPullRequest(process.env);
  const found = await pullRequest(repository, number);
  if (found !== undefined) return { number, head: found.head };
  throw new InvalidInput("There is no such pull request", [
    {
      where: repository.place.repository,
      found: `none with the number ${number}, or no right to see it`,
      expected: "name one that is open: npx knowngood review check --pull-request NUMBER",
    },
  ]);
}

function anotherTree({ number, head }: EventPullRequest): InvalidInput {
  return new InvalidInput("What is checked out is not the pull request, so nothing was looked at", [
    {
      where: process.cwd(),
      found: `a commit that neither is ${head.slice(0, 12)} nor merges it`,
      expected: `check it out: git fetch origin pull/${number}/merge && git checkout FETCH_HEAD`,
    },
  ]);
}

function notCommittedWords(why: string): CheckWords {
  return { title: "Not looked at: not as it was committed", summary: block([why]), text: undefined };
}

function diedWords(stack: string): CheckWords {
  return {
    title: "Not looked at",
    summary: `The preview of ${stack} did not come to its end; the job's log says why.`,
    text: undefined,
  };
}

/** The check is what counts; a comment that GitHub does not take is told. */
async function problemOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof GitHubRefusal) return error.message;
    throw error;
  }
}

function shown({ text }: Previewed, redact: Redact): string {
  return redact(text).trimEnd();
}
