import { createRequire } from "node:module";
import { InvalidArgumentError, Option, type Command } from "commander";
import type * as reviewModule from "./review";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood review check --stack prod         # in a job on pull_request
  $ knowngood review deploy --stack prod        # in a job on push to the branch

Of one job each in GitHub Actions: what was reviewed is what is deployed, and nothing else.`;

const checkHelp = `
Examples:
  $ knowngood review check --stack prod                         # in a job of GitHub Actions on pull_request
  $ knowngood review check --stack prod --pull-request 12       # anywhere, on that pull request's tree

Previews what is checked out, which has to be the pull request's newest commit or its merge. The check \`knowngood/STACK\` of
that commit fails while a guard refuses, such as a verdict that nobody has acknowledged; it holds stack, tag and fingerprint
for the deployment. One comment shows all of it, and is changed in place.
GITHUB_TOKEN needs \`contents: read\`, \`pull-requests: write\`, \`checks: write\`.
It exits as its check ends: 0 passed, 3 refused by a guard, 1 where the preview failed otherwise.`;

const deployHelp = `
Example:
  $ knowngood review deploy --stack prod        # in a job on push to the branch, with the merged tree checked out

Finds the pull request that the commit was merged by, wants somebody's approval given after its check, and runs \`pulumi up\`
bound to the fingerprint that the check holds: where the \`up\` comes to something else by now, it is refused, and says what
has changed.
GITHUB_TOKEN needs \`contents: read\`, \`pull-requests: read\`, \`checks: read\`.
It exits 3 also where nothing was reviewed or nobody has approved it, and 4 where another update holds the stack.`;

/** Declares `review`. What it does is loaded when it is run. */
export function addReviewCommands(program: Command): void {
  const review = program
    .command("review")
    .description("Look at a pull request, and deploy what was reviewed, in GitHub Actions.")
    .addHelpText("after", help);
  review
    .command("check")
    .description("Say on a pull request what its tree would do to a stack.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .addOption(
      new Option("--pull-request <number>", "the pull request; without it that of the event").argParser(
        number,
      ),
    )
    .addHelpText("after", checkHelp)
    .action((options: reviewModule.CheckOptions) => module().check(options));
  review
    .command("deploy")
    .description("Deploy what was reviewed and merged, and nothing else.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .addHelpText("after", deployHelp)
    .action((options: reviewModule.DeployOptions) => module().deploy(options));
}

function module(): typeof reviewModule {
  return load("./review") as typeof reviewModule;
}

function number(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw new InvalidArgumentError("write the pull request's number, such as 12");
  return Number(text);
}
