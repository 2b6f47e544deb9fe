import { checkPullRequest } from "../review/check";
import { deployReviewed, findReview } from "../review/deploy";
import { reviewPlace, withoutIdentity } from "../review/place";
import { Repository, rights } from "../review/repository";
import { refusalTexts } from "../assessment/refusal";
import { diagnosis, readGates } from "../updates/diagnosis";
import { shownError } from "../updates/shownError";
import type { UpEnded } from "../updates/up";
import { BrokenEnvironment, Interrupted, Refused } from "../stack/endings";
import { cameOfInterruption, listenForInterruption } from "./interruption";
import { lookBack } from "./lookBack";
import { print, tell } from "./output";
import { whileWaiting } from "./progress";
import { projectFolder } from "../stack/project";
import { stackSettings, type NamedStack } from "../stack/stackSettings";
import { stoppedText } from "../updates/standing";
import { upProgress } from "./upProgress";

export interface CheckOptions {
  stack?: string;
  pullRequest?: number;
}

/** `review check`: what a pull request would do, told on GitHub. */
export async function check({ stack, pullRequest }: CheckOptions): Promise<void> {
  process.chdir(projectFolder() ?? ".");
  const named = await stackSettings(stack);
  const interruption = listenForInterruption();
  const { plan, passed, before, text, warning } = await whileWaiting(
    "pulumi preview",
    checkPullRequest(named, pullRequest, interruption.signal),
  )
    .catch(async (error: unknown) => {
      if (!(await cameOfInterruption(interruption))) throw error;
      throw new Interrupted("Interrupted, so the check failed. To have it look again, run this job again.");
    })
    .finally(interruption.stop);
  print(text);
  if (warning !== undefined) tell("warning", `${warning}.`);
  if (passed) return;
  if (plan === undefined || (plan.refusals.length === 0 && before.length === 0))
    throw new Error("The preview failed, and so did the check.");
  if (plan.refusals.length === 0)
    throw new Refused(
      `This commit was seen as ${before.join(", ")} before, and comes to ${plan.fingerprint} by now, so the check failed. ` +
        "What was approved is no more: add a commit, and have that approved.",
    );
  throw new Refused(`Refused as it is, so the check failed.\n${refusalTexts(plan.refusals).join("\n")}`);
}

export interface DeployOptions {
  stack?: string;
}

/** `review deploy`: the `up` that was reviewed. */
export async function deploy({ stack: asked }: DeployOptions): Promise<void> {
  process.chdir(projectFolder() ?? ".");
  const named = await stackSettings(asked);
  const repository = new Repository(reviewPlace(named.settings.review, process.env), {
    rights: rights.deploy,
  });
  const found = await findReview(repository, named, process.cwd());
  const { pull, reviewed } = found;
  print(`${named.label}: ${reviewed.tag} as it was reviewed in ${pull.url} (${reviewed.fingerprint})`);
  const interruption = listenForInterruption();
  const progress = upProgress(named.stack, undefined, true);
  const { signal, atOnce } = interruption;
  const ended = await deployReviewed(named, found, { signal, atOnce, onEvent: progress.onEvent })
    .finally(() => progress.end())
    .catch((error: unknown) => {
      interruption.stop();
      throw error;
    });
  const diagnosed = await diagnose(ended, named, reviewed.tag, signal).finally(interruption.stop);
  // A program that never ran has been told no secret of the stack's.
  const knows = ended.end !== "locked" && ended.end !== "brokenEnvironment";
  print(await shownError(ended.text.trimEnd(), { stack: named.stack, knows }));
  tellEnd(ended, named.stack, reviewed.tag, diagnosed);
  if (ended.plan === undefined)
    throw new Error(
      "Deployed, and nobody can tell whether that is what was reviewed: the program left no assessment. " +
        "One of your own asks assessRelease for it.",
    );
  const { fingerprint, settled } = ended.plan;
  // Break-glass alone comes so far.
  if (fingerprint !== reviewed.fingerprint && !settled)
    tell("warning", `Deployed, and it came to ${fingerprint}, which is not what was reviewed.`);
}

/** Where gates did not pass: what a person needs, and what goes back. */
async function diagnose(
  ended: UpEnded,
  { stack, project }: NamedStack,
  tag: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (ended.end !== "gateFailed") return [];
  const asked = { stack, project, env: withoutIdentity, signal };
  const way = await lookBack(tag, ended.plan?.lastKnownGood?.tag, asked);
  const reviewed = way === undefined ? [] : [`As a pull request: ${proposal(stack, way.tag)}`];
  return [...diagnosis(readGates(ended.gates, process.cwd()), way), ...reviewed];
}

const proposal = (stack: string, tag: string) => `npx knowngood propose ${tag} --stack ${stack} --reason WHY`;

/**
 * @param diagnosed what is told of gates that did not pass
 * @throws what the command ends with, but where the `up` went well
 */
export function tellEnd(ended: UpEnded, stack: string, tag: string, diagnosed: readonly string[] = []): void {
  const stands = stoppedText(ended, {
    ...{ tag, stack, fileSays: `the stack file says ${tag}` },
    unlock: `pulumi cancel --yes --stack ${stack} takes it away, once nothing of it runs any more`,
  });
  switch (ended.end) {
    case "passed":
      return;
    case "gateFailed":
      throw new Error(
        [`${tag} is deployed, and did not pass its gates on ${stack}.`, ...diagnosed].join("\n"),
      );
    case "refused":
      throw new Refused(`Refused; nothing was touched.\n${refusalTexts(ended.refusals).join("\n")}`);
    case "locked":
      throw new Error(
        `Another update holds the stack ${stack}, so nothing was touched. Once that has ended, run this job again.`,
      );
    case "interrupted":
      if (ended.by === "us") throw new Interrupted(`Interrupted. ${stands} To go on, run this again.`);
      throw new Error(`Somebody else has ended this update. ${stands} To go on, run this again.`);
    case "brokenEnvironment":
      throw new BrokenEnvironment(ended.why);
    case "failed":
      throw new Error(`${ended.why}\n${stands} To try again, run this again.`);
    default:
      return ended satisfies never;
  }
}
