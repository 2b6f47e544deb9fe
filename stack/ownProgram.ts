import { deployedReleaseType } from "../history/knownGood";
import { deployedServiceType } from "../history/running";
import { readStackState } from "../history/stackState";
import type { AssessmentSettings } from "../settings/assessmentSettings";
import { readAssessmentSettings, type StackConfiguration } from "../settings/readSettings";
import { InvalidInput } from "../settings/violations";

/** A stack whose services a Pulumi program of the user's own deploys, as its file says. */
export interface OwnStack {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Project and stack, such as `shop/prod`. */
  label: string;
  settings: AssessmentSettings;
}

/** What is asked wants the program that comes with the package; says what to type instead. */
export class OwnProgram extends InvalidInput {
  constructor(readonly named: OwnStack) {
    const { stack, label } = named;
    super(`${label} is deployed by a Pulumi program of your own, whose services no setting tells`, [
      {
        where: "knowngood",
        found: "a command for the program that comes with the package",
        expected:
          `to go to a release: pulumi config set imageTag TAG --stack ${stack} && pulumi up --stack ${stack}; ` +
          `what runs, and is known good: npx knowngood history --stack ${stack}; ` +
          "logs and health: where your program runs the services",
      },
    ]);
  }
}

/** Seconds for the stack's state. */
const stateSeconds = 10;

/**
 * Whether a stack without a setting of services is one of the user's own program, by its state.
 * @returns undefined where it is not, or nothing is deployed yet
 * @throws InvalidInput where its settings can't be used
 */
export async function ownProgram(
  stack: string,
  configuration: StackConfiguration,
  signal?: AbortSignal,
): Promise<OwnProgram | undefined> {
  const { project, stack: name } = configuration;
  const state = await readStackState(stack, { seconds: stateSeconds, signal }).catch(() => undefined);
  const isOwn = state?.resources.some(({ type }) =>
    [deployedReleaseType, deployedServiceType].includes(type),
  );
  if (isOwn !== true) return undefined;
  return new OwnProgram({
    stack,
    label: `${project}/${name}`,
    settings: readAssessmentSettings(configuration),
  });
}
