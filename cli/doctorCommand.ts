import { createRequire } from "node:module";
import type { Command } from "commander";
import type * as doctorModule from "./doctor";
import { withinOption } from "./secondsOption";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood doctor                  # of the selected stack; works in any folder
  $ knowngood doctor --stack prod
  $ knowngood doctor --stack prod --json | jq '.checks[] | select(.outcome == "missing")'

Looks at this machine and at what the stack needs of others, all at once, and changes nothing: Node.js, Pulumi with its
plugins, backend, secrets, the Docker engine, the registries of the target's images, GitHub, the database and the programs
of its backups, git, the clock, disks, and the folder of records. Each is ok, a warning, missing, wrong, or not asked with why;
what is missing or wrong is told with how to get it. No secret is shown.
It exits 4 where anything is missing or wrong.`;

/** Declares `doctor`. What it does is loaded when it is run. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("Find what is missing on this machine, and how to get it.")
    .option("--stack <stack>", "the stack; without it the selected one")
    .addOption(withinOption("seconds for everything together"))
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action((options: doctorModule.DoctorOptions) =>
      (load("./doctor") as typeof doctorModule).doctor(options),
    );
}
