import type { ReviewStackSettings } from "../reviewStackSettings";
import { backend, checkout, job, knowngood, pulumi, setUp, signIn } from "./steps";
import { workflowText, type Step } from "./workflowText";

/** Each night, for every stack: what it is in, the way back, and whether the world is what the branch says. */
export function nightlyWorkflow(settings: ReviewStackSettings): string {
  const { stacks, workflows } = settings;
  return workflowText({
    name: "knowngood nightly",
    on: { schedule: [{ cron: workflows.nightly }], workflow_dispatch: {} },
    permissions: {},
    defaults: { run: { shell: "bash" } },
    jobs: Object.fromEntries(
      Object.keys(stacks).map((stack) => [
        stack,
        job(`nightly ${stack}`, settings, workflows.runsOn, {}, steps(stack, settings)),
      ]),
    ),
  });
}

function steps(stack: string, { branch, workflows }: ReviewStackSettings): Step[] {
  const env = backend(stack, workflows);
  return [
    onTheBranch(branch),
    checkout(),
    ...setUp(workflows),
    ...signIn(workflows, "readRole"),
    { name: "Status and the way back", env, run: knowngood('status --stack "$STACK" --within 60') },
    {
      name: "Drift",
      // Whatever the way back is, but not of another branch.
      if: "always() && steps.branch.outcome == 'success'",
      env,
      run: pulumi('preview --stack "$STACK" --expect-no-changes'),
    },
  ];
}

/**
 * GitHub starts a night on the default branch, whatever it is called. Where that is not the one that deployments run from,
 * such as after a renaming, merges are not deployed and nothing else says so: this fails, where a condition would skip.
 */
function onTheBranch(branch: string): Step {
  return {
    name: "Is this the branch that deployments run from?",
    id: "branch",
    env: { BRANCH: branch, STARTED: "${{ github.ref_name }}" },
    run: [
      'if [[ "$STARTED" != "$BRANCH" ]]; then',
      '  echo "::error::This ran on $STARTED, and deployments run from $BRANCH alone. Where the branch was renamed, nothing is' +
        ' deployed any more: set branch in the settings of the review stack, and run pulumi up there."',
      "  exit 1",
      "fi",
      "",
    ].join("\n"),
  };
}
