import type { ReviewStackSettings } from "../reviewStackSettings";
import { backend, checkout, job, knowngood, pulumi, setUp, signIn } from "./steps";
import { workflowText, type Step } from "./workflowText";

/** Each night, for every stack: what it is in, the way back, and whether the world is what the branch says. */
export function nightlyWorkflow(settings: ReviewStackSettings): string {
  const { branch, stacks, workflows } = settings;
  return workflowText({
    name: "knowngood nightly",
    on: { schedule: [{ cron: workflows.nightly }], workflow_dispatch: {} },
    permissions: {},
    defaults: { run: { shell: "bash" } },
    jobs: Object.fromEntries(
      Object.keys(stacks).map((stack) => [
        stack,
        // Started by hand it could be any branch.
        job(`nightly ${stack}`, settings, {}, steps(stack, settings), {
          if: `github.ref == 'refs/heads/${branch}'`,
        }),
      ]),
    ),
  });
}

function steps(stack: string, { workflows }: ReviewStackSettings): Step[] {
  const env = backend(stack, workflows);
  return [
    checkout(),
    ...setUp(workflows),
    ...signIn(workflows, "readRole"),
    { name: "Status and the way back", env, run: knowngood('status --stack "$STACK" --within 60') },
    {
      name: "Drift",
      if: "always()",
      env,
      run: pulumi('preview --stack "$STACK" --expect-no-changes'),
    },
  ];
}
