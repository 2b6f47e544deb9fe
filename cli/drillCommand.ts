import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as drillModule from "./drill";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood drill --stack test                     # what runs is made anew, and again as it was
  $ knowngood drill --stack test --target v1         # really back to v1, and again to what runs
  $ knowngood drill --stack prod --in-production "quarterly drill, announced" --yes

A drill changes what runs and brings it back: gates, records and the webhook are as in a real rollback, marked as a drill, and
nothing is quarantined. Meanwhile a service's health endpoint is asked 20 times a second. The result is kept in
\`record.folder\`/drills. The stack file is not touched. Ctrl-C ends what is under way, and brings back what ran.
It exits 1 also where the stack is back but something was not as it should be, such as a record that did not arrive, and 3
on a protected stack, on one that is not at rest, and where the way back would be refused.`;

/** Declares `drill`. What it does is loaded when it is run. */
export function addDrillCommand(program: Command): void {
  program
    .command("drill")
    .description("Try the way back while nothing is wrong: out, checked, back, checked, measured.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--target <tag>", "the release to go back to; without it what runs is made anew")
    .option("--in-production <reason>", "why a protected stack is drilled; without it that is refused")
    .option("--yes", "without a question")
    .option("--json", "the result as JSON")
    .addHelpText("after", help)
    .action((options: drillModule.DrillOptions) => (load("./drill") as typeof drillModule).drill(options));
}
