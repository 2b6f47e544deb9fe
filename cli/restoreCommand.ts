import { createRequire } from "node:module";
import { Option, type Command } from "commander";
import type * as restoreModule from "./restore";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const help = `
Examples:
  $ knowngood restore --list
  $ export KNOWNGOOD_DATABASE_URL="$(pulumi config get databaseUrl --stack prod)"
  $ knowngood restore shop-prod-20260102000000-2026-03-01T09-00-00-000Z
  $ knowngood restore .knowngood/backups/NAME.dump --json | jq .tables

The live database is only read. The backup is restored into a new one on the same server, named after the live one and the
backup's time, and checked; then it is printed what was written since, table by table, and the SQL that swaps the two, which
you run yourself. A run that dies leaves a database that is not whole; the next run names it with the SQL that removes it.
It exits 0 where the backup is restored and checked, 1 where it is not, 2 also where there is no such backup.`;

/** Declares `restore`. What it does is loaded when it is run. */
export function addRestoreCommand(program: Command): void {
  program
    .command("restore")
    .description("Restore a backup into a new database beside the live one, which is not touched.")
    .argument("[backup]", "its file, or its name in the folder")
    .option("--folder <folder>", "where backups lie", ".knowngood/backups")
    .option("--list", "list the backups, newest first")
    .addOption(
      new Option(
        "--database [url]",
        "the live database; better in the variable, which no process list shows",
      ).default(true, "what KNOWNGOOD_DATABASE_URL holds"),
    )
    .option(
      "--image <image>",
      "image with PostgreSQL's programs, where this machine has none of the server's version",
    )
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action((backup: string | undefined, options: restoreModule.RestoreOptions) =>
      (load("./restore") as typeof restoreModule).restore(backup, options),
    );
}
