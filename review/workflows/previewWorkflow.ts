import { proposedBranches } from "../proposal";
import type { ReviewStackSettings } from "../reviewStackSettings";
import { backend, checkout, job, knowngood, ownToken, setUp, signIn } from "./steps";
import { workflowText, type Step } from "./workflowText";

/** The name of the job for a stack, which is the check that a pull request needs: it reports also where nothing is to be looked at. */
export function previewJobName(stack: string): string {
  return `preview ${stack}`;
}

/** What no deployment reads, besides the files of other stacks: all else can change what a stack comes to. */
const ofNoEffect = ["*.md", "docs/", "tests/", "demo/", "bench/"];

const touched = "steps.touched.outputs.touched == 'true'";
const ofAFork = "github.event.pull_request.head.repo.full_name != github.repository";

/**
 * On each pull request: a preview for every stack whose file, catalog or program it touches, the assessment as a comment, and a check. The
 * check is a required one, so it runs on all of them, and passes at once where it has nothing to say: one that is left
 * out by `paths` is waited for without end, and one that is skipped counts as passed.
 */
export function previewWorkflow(settings: ReviewStackSettings): string {
  const { branch, stacks, workflows } = settings;
  return workflowText({
    name: "knowngood preview",
    on: { pull_request: { branches: [branch] } },
    permissions: {},
    // A preview only reads: that of an older commit is of no use.
    concurrency: {
      group: "knowngood-preview-${{ github.event.pull_request.number }}",
      "cancel-in-progress": true,
    },
    defaults: { run: { shell: "bash" } },
    jobs: Object.fromEntries(
      Object.keys(stacks).map((stack) => [
        stack,
        job(
          previewJobName(stack),
          settings,
          workflows.previewsRunOn ?? workflows.runsOn,
          { checks: "write", "pull-requests": "write" },
          steps(stack, settings),
          { environment: workflows.previewEnvironment },
        ),
      ]),
    ),
  });
}

function steps(stack: string, { workflows }: ReviewStackSettings): Step[] {
  const whenTouched = (step: Step): Step => ({ ...step, if: touched });
  return [
    // The merge of both, as it would be deployed, with its parents.
    checkout({ "fetch-depth": 2 }),
    {
      // A proposal may be empty: what is reviewed then is the deployment of what the branch says already.
      name: "Is the stack touched, or proposed?",
      id: "touched",
      env: { STACK: stack, BRANCH: "${{ github.head_ref }}", PROPOSED: proposedBranches(stack) },
      run: [
        'as_it_was() { git diff --quiet HEAD^1 HEAD -- "$@"; }',
        'if [[ "$BRANCH" != $PROPOSED ]] && as_it_was "Pulumi.$STACK.yaml" &&',
        `  as_it_was . ':(exclude,glob)Pulumi.*.yaml' ${ofNoEffect.map((path) => `':(exclude)${path}'`).join(" ")}; then`,
        '  echo "Pulumi.$STACK.yaml, the releases and the program are as they were: there is nothing to preview."',
        "else",
        '  echo "touched=true" >> "$GITHUB_OUTPUT"',
        "fi",
        "",
      ].join("\n"),
    },
    {
      name: "Branches of this repository only",
      if: `${touched} && ${ofAFork}`,
      run: [
        'echo "::error::A fork gets no secrets, so nothing can be previewed: push the branch to this repository."',
        "exit 1",
        "",
      ].join("\n"),
    },
    ...[...setUp(workflows), ...signIn(workflows, "readRole")].map(whenTouched),
    whenTouched({
      name: "Preview and assessment",
      env: { ...ownToken, ...backend(stack, workflows) },
      run: knowngood('review check --stack "$STACK"'),
    }),
  ];
}
