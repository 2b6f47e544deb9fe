import { createRequire } from "node:module";
import { InvalidArgumentError, Option, type Command } from "commander";
import type * as historyModule from "./history";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood history --stack prod
  $ knowngood history --stack prod --limit 200 --json | jq '.deployments[] | select(.outcome == "failed")'
  $ knowngood history --all-stacks --limit 1

Newest first: every update that Pulumi's own history has, and those that only the records on this machine tell of, such as one
that was killed. Who, why, gates and digests are the records'. Nothing is changed, no secret is read, no passphrase is needed.`;

/** Declares `history`. What it does is loaded when it is run. */
export function addHistoryCommand(program: Command): void {
  program
    .command("history")
    .description("Tell what was deployed, when, by whom and with what outcome.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--limit <count>", "how many updates of a stack at most", count, 20)
    .addOption(new Option("--all-stacks", "every stack of the project").conflicts("stack"))
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action((options: historyModule.HistoryOptions) =>
      (load("./history") as typeof historyModule).history(options),
    );
}

function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError("write a whole number of updates from 1 to 999999, such as 50");
  return Number(text);
}
