import { standingNow } from "../assessment/standing";
import { targetRelease } from "../assessment/targetRelease";
import type { Plan } from "../assessment/plan";
import { surveyCatalog } from "../catalog/catalog";
import { BrokenEnvironment, Refused } from "../stack/endings";
import type { NamedStack } from "../stack/stackSettings";
import { readStackState } from "../history/stackState";
import { InvalidInput } from "../settings/violations";
import { previewPlan } from "../updates/preview";
import { stackFile } from "../updates/stackFile";
import { deployedBranch } from "./branches";
import { differences } from "./differences";
import { reviewPlace, withoutIdentity } from "./place";
import { saysAlready, takenFrom, type Proposal } from "./proposal";
import { deployedFile, publish, type Published } from "./publish";
import { Repository, rights } from "./repository";
import { redactorOf } from "../stack/stackSecrets";
import { notCommitted, placeInRepository } from "./workingTree";

/** What a proposal came to. */
export interface Proposed extends Published {
  tag: string;
  plan: Plan;
}

/**
 * Proposes that a stack runs another release: a branch with one commit of its stack file, as that is in the branch that is
 * deployed from, and a pull request. One that is there already for the same stack and release is brought up to date.
 * @param tag undefined for the last known-good release
 * @throws InvalidInput, Refused where there is nothing to go back to, BrokenEnvironment where GitHub or Pulumi does not
 * do its part
 */
export async function propose(
  { stack, label, project, settings }: NamedStack,
  tag: string | undefined,
  reason: string,
): Promise<Proposed> {
  const repository = new Repository(reviewPlace(settings.review, process.env), { rights: rights.propose });
  const place = await placeInRepository(process.cwd());
  const path = `${place}${stackFile(stack)}`;
  const survey = surveyCatalog(settings.releases);
  const release = targetRelease(survey, tag ?? (await goodTarget()), "TAG");
  const target = release.tag;
  const redact = await redactorOf(stack);

  const base = await deployedBranch(repository);
  const file = await deployedFile(repository, base, path);
  const preview = await previewPlan({
    ...{ stack, project, settings: { imageTag: target, ...takenFrom(file.text, project, target) } },
    stackFileText: file.text,
    env: withoutIdentity,
  });
  const { plan } = preview;
  if (plan === undefined)
    throw new BrokenEnvironment(
      `The preview of ${target} did not come to an assessment:\n${redact(preview.text)}`,
    );
  const proposal: Proposal = { stack: label, tag: target, reason: redact(reason), plan };
  if (plan.settled && saysAlready(file.text, project, proposal, path)) throw nothingToDo(target, base, label);
  const { reviewers = [], teamReviewers = [], labels = [] } = settings.review ?? {};
  const unlike = await differences(repository, {
    ...{ branch: base, commit: file.commit, place, stackFile: path, releases: settings.releases, release },
    notCommitted: await notCommitted(process.cwd(), settings.record.folder),
  });
  const published = await publish(repository, {
    ...{ proposal, project, file, preview: preview.text, redact, unlike },
    ...{ reviewers, teamReviewers, labels },
  });
  return { ...published, tag: target, plan };

  async function goodTarget(): Promise<string> {
    const question = { label, catalog: survey.catalog, settings };
    const good = standingNow(await readStackState(stack), question).lastKnownGood;
    if (good !== undefined) return good.tag;
    throw new Refused(
      `No release of ${label} is known good but what runs. Name one: npx knowngood propose TAG --stack ${stack} --reason WHY`,
    );
  }
}

function nothingToDo(tag: string, branch: string, stack: string): InvalidInput {
  return new InvalidInput("There is nothing to propose", [
    {
      where: `the branch ${branch}`,
      found: `${tag}, which ${stack} runs`,
      expected: "name another release",
    },
  ]);
}
