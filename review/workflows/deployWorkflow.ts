import type { ReviewStackSettings } from "../reviewStackSettings";
import { pinnedActions } from "./pinnedActions";
import { backend, checkout, job, knowngood, ownToken, setUp, signIn } from "./steps";
import { workflowText, type Step } from "./workflowText";

/**
 * On each merge that touches a stack's file: its deployment, in its environment. Two never meet: the second waits. Where
 * a third comes, GitHub drops the second, which has not begun, and the third has its changes too.
 */
export function deployWorkflow(stack: string, settings: ReviewStackSettings): string {
  const { branch, stacks } = settings;
  const file = `Pulumi.${stack}.yaml`;
  return workflowText({
    name: `knowngood deploy ${stack}`,
    on: { push: { branches: [branch], paths: [file] }, workflow_dispatch: {} },
    permissions: {},
    concurrency: { group: `knowngood-deploy-${stack}`, "cancel-in-progress": false },
    defaults: { run: { shell: "bash" } },
    jobs: {
      deploy: job(
        `deploy ${stack}`,
        settings,
        settings.workflows.runsOn,
        { checks: "read", "pull-requests": "read" },
        steps(stack, settings),
        {
          // Started by hand it could be any branch.
          if: `github.ref == 'refs/heads/${branch}'`,
          environment: stacks[stack]?.environment,
        },
      ),
    },
  });
}

function steps(stack: string, { workflows }: ReviewStackSettings): Step[] {
  return [
    checkout(),
    ...setUp(workflows),
    ...signIn(workflows, "deployRole"),
    {
      name: "Deploy what was approved",
      env: { ...ownToken, ...backend(stack, workflows) },
      run: knowngood('review deploy --stack "$STACK"'),
    },
    {
      name: "Keep the emergency card and the record",
      if: "always()",
      uses: pinnedActions.uploadArtifact.uses,
      with: {
        name: `knowngood-${stack}`,
        path: ".knowngood/card\n.knowngood/records.jsonl\n",
        "include-hidden-files": true,
        "if-no-files-found": "ignore",
      },
    },
  ];
}
