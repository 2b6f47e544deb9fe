import type { ReviewStackSettings, WorkflowSettings } from "../reviewStackSettings";
import { pinnedActions } from "./pinnedActions";
import type { Job, Step } from "./workflowText";

/**
 * What stands before a command, so that Pulumi is on its PATH. It takes the shell's place: a run that is cancelled signals
 * that process alone, and a shell hands nothing on.
 */
const withPulumi = "exec node toolchain/setup.mjs run --";

/** A command of knowngood's, from the checkout itself. */
export function knowngood(words: string): string {
  return `${withPulumi} node cli/knowngood.cjs ${words}`;
}

export function pulumi(words: string): string {
  return `${withPulumi} pulumi ${words} --non-interactive --color never`;
}

/** The tree without a token in its git configuration, which any later step could read. */
export function checkout(more: Step["with"] = {}): Step {
  return { uses: pinnedActions.checkout.uses, with: { ...more, "persist-credentials": false } };
}

/**
 * Node.js, packages, Pulumi and its plugins. The scripts of the project and its packages get no secret here; those of a
 * branch can still leave something on the runner for the steps and runs that follow.
 */
export function setUp({ node }: WorkflowSettings): Step[] {
  return [
    {
      uses: pinnedActions.setupNode.uses,
      // A pull request's run can write into GitHub's cache, which a run that deploys would take up.
      with: { "node-version": node, "package-manager-cache": false },
    },
    { name: "Packages and Pulumi", run: "node toolchain/setup.mjs" },
  ];
}

/** Takes the role by OIDC; its credentials are outputs, for the steps that need them alone. */
export function signIn({ aws }: WorkflowSettings, as: "deployRole" | "readRole"): Step[] {
  if (aws === undefined) return [];
  return [
    {
      id: "aws",
      uses: pinnedActions.awsCredentials.uses,
      with: {
        "role-to-assume": `\${{ vars.${aws[as]} }}`,
        "aws-region": aws.region,
        "output-credentials": true,
        "output-env-credentials": false,
      },
    },
  ];
}

/** What a step that asks Pulumi's backend is given. */
export function backend(
  stack: string,
  { variables, secrets, aws }: WorkflowSettings,
): Record<string, string> {
  const named = (names: Record<string, string>, from: string) =>
    Object.fromEntries(Object.entries(names).map(([name, kept]) => [name, `\${{ ${from}.${kept} }}`]));
  const output = (name: string) => `\${{ steps.aws.outputs.${name} }}`;
  return {
    STACK: stack,
    ...named(variables, "vars"),
    ...named(secrets, "secrets"),
    ...(aws !== undefined && {
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: output("aws-access-key-id"),
      AWS_SECRET_ACCESS_KEY: output("aws-secret-access-key"),
      AWS_SESSION_TOKEN: output("aws-session-token"),
    }),
  };
}

/** The token of the run itself, which is gone when the run ends. */
export const ownToken = { GITHUB_TOKEN: "${{ github.token }}" };

/** What a job is besides its steps: it may do nothing that is not named. */
export function job(
  name: string,
  { workflows }: ReviewStackSettings,
  runsOn: readonly string[],
  permissions: Job["permissions"],
  steps: Step[],
  more: Pick<Job, "if" | "environment"> = {},
): Job {
  return {
    name,
    ...(more.if !== undefined && { if: more.if }),
    "runs-on": runsOn,
    ...(more.environment !== undefined && { environment: more.environment }),
    "timeout-minutes": workflows.minutes,
    permissions: {
      contents: "read",
      ...permissions,
      ...(workflows.aws !== undefined && { "id-token": "write" as const }),
    },
    steps,
  };
}
