import { createRequire } from "node:module";
import type { Command } from "commander";
import { withinOption } from "./secondsOption";
import type * as statusModule from "./status";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood status --stack prod
  $ knowngood status --stack prod --json | jq .next

One screen: what runs and how it answers now, by the state and by what the host runs; the schema and how far back it
lets a release go; the way back; disks and backups; what on the host is not as the state holds it; what is owed; and the one
command to type next. Everything is only read, at once. What can't be had says why. The database's address is a secret:
without the passphrase the schema is told as the last \`up\` recorded it.
A line that begins with ! needs a person, ? could not be told, ~ is worth knowing.
It exits 1 where a line needs a person, and 4 where what runs or its health could not be told.`;

/** Declares `status`. What it does is loaded when it is run. */
export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("Show how a stack stands, what is owed, and what to type next.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .option("--json", "print JSON")
    .addOption(withinOption("seconds until what has not answered is unknown"))
    .addHelpText("after", help)
    .action((options: statusModule.StatusOptions) =>
      (load("./status") as typeof statusModule).status(options),
    );
}
