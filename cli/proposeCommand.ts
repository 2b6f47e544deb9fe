import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as proposeModule from "./propose";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood propose --stack prod --reason "orders fail since v2"        # back to the last known-good release
  $ knowngood propose v1.4.1 --stack prod --reason "orders fail since v1.4.2" --json | jq -r .url

Makes a branch with one commit of Pulumi.<stack>.yaml, as that is on the branch that is deployed from, and a pull request with
verdict, findings, images, preview and a checklist. One that is open for the same stack and release is brought up to date.
The setting \`review\` says in which repository, and who is asked. An acknowledgement is never written: it is a reviewer's.
GITHUB_TOKEN (or GH_TOKEN) holds a token with contents and pull requests to write; or GITHUB_APP_ID and
GITHUB_APP_PEM_FILE an app. Neither is kept.
It exits 0 also where what is proposed is refused as it is, which is told, and 3 where nothing is known good to go back to.`;

/** Declares `propose`. What it does is loaded when it is run. */
export function addProposeCommand(program: Command): void {
  program
    .command("propose")
    .description("Propose a change of release, such as a rollback, in a pull request.")
    .argument("[tag]", "the release; without it the last known-good one")
    .option("--stack <stack>", "the stack; without it the selected one")
    .requiredOption("--reason <text>", "why, for who reviews it")
    .option("--json", "print what was made as JSON")
    .addHelpText("after", help)
    .action((tag: string | undefined, options: proposeModule.ProposeOptions) =>
      (load("./propose") as typeof proposeModule).propose(tag, options),
    );
}
