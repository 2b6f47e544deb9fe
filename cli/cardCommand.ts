import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as cardModule from "./card";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood card --stack prod > card.sh      # the last known-good release
  $ knowngood card --stack prod --tag v2       # v2 itself, where its containers are lost, or a newer release failed

Prints the commands that bring a release back without Pulumi and without Node.js, as the last \`up\` that ended well left them:
from the stack's state, and where that is out of reach, from the file on the machine that ran that \`up\`, which is said.
Nothing is run. Run it from a file, since it may ask: sh card.sh
It exits 1 where there is none, 2 also for a release that has none.`;

/** Declares `card`. What it does is loaded when it is run. */
export function addCardCommand(program: Command): void {
  program
    .command("card")
    .description("Print the emergency card: the commands that bring a release back without Pulumi.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--tag <tag>", "the release; without it the last known-good one that does not run")
    .option("--records <folder>", "folder of the records (`record.folder`)", ".knowngood")
    .addHelpText("after", help)
    .action((options: cardModule.CardOptions) => (load("./card") as typeof cardModule).card(options));
}
