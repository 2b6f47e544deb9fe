import { createRequire } from "node:module";
import { InvalidArgumentError, Option, type Command } from "commander";
import { verdicts } from "../schema/verdict";
import type * as assessModule from "./assess";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const examples = `
Examples:
  $ knowngood assess --shipped 'v1/migrations/*.sql' --ahead 'v2/migrations/*.sql'
  $ knowngood assess --from v1.5.0 --to v1.4.2 --allow conditional
  $ KNOWNGOOD_DATABASE_URL=postgres://… knowngood assess --to v1.4.2 --database --markdown > risk.md
  $ knowngood assess --dump schema.sql --ahead db/migrations/20260501_drop_note.sql --json | jq .findings
  $ knowngood assess --batch gaps.jsonl | jq -r '[.name, .verdict] | @tsv'

SQL files: paths, folders or patterns (*, **, ?, [a-z], {a,b}), sorted by name; of files in the formats of dbmate,
golang-migrate, goose, sql-migrate and node-pg-migrate the way up is taken, of others all of it. What --shipped and
--ahead both have, by name and content, is no part of the gap: --ahead can name a folder of all migrations.
A batch has a line of JSON for each gap, {"name": …, "shipped": …, "ahead": …, "role": …}, where shipped and ahead are
SQL, a path or pattern from the batch file's folder, {"name": …, "sql": …}, or a list of these. Each answer is a line.

The verdict is compatible, conditional, breaking or destructive: what the older release would meet in the schema.
SQL that can't be parsed is conditional at least, and the verdict is not confirmed.
It exits 0 within --allow, 1 for graver, 2 where nothing was judged, since what an option names can't be read (in a
batch: the worst of all lines).`;

/** Declares `assess`. What it does is loaded when it is run. */
export function addAssessCommand(program: Command): void {
  program
    .command("assess")
    .description("Judge whether an older release can run on a schema that has moved on.")
    .option("--from <tag>", "the release whose migrations are applied: the one that runs now")
    .option("--to <tag>", "the older release that would run on them")
    .option("--releases <folder>", "the catalog's folder, for --from and --to", "releases")
    .option("--shipped <paths...>", "SQL files of the older release, in place of --to")
    .option("--ahead <paths...>", "SQL files applied since, in place of --from")
    .option("--dump <file>", "a dump of the older release's schema, in place of its migrations")
    .option(
      "--dump-up-to <version>",
      "the newest migration in --dump, which stands in for those up to it alone, beside --to",
    )
    .option(
      "--database [url]",
      "ask this database what is applied; without a URL the one in KNOWNGOOD_DATABASE_URL, which no process list shows",
    )
    .option("--batch <file>", "judge many gaps, a line of JSON each; - reads standard input")
    .option(
      "--scratch <where>",
      "where the schema is tried: embedded, off, or the URL of a PostgreSQL server on which a throwaway database is made",
      "embedded",
    )
    .option(
      "--role <role>",
      "the role as which the application reads and writes (default: the tables' owner)",
    )
    .addOption(
      new Option(
        "--count-up-to <rows>",
        "rows of a table of --database up to which what a step-down would lose is counted, and not estimated (default: 1000000)",
      ).argParser(rows),
    )
    .addOption(
      new Option("--allow <verdict>", "the gravest verdict that exits 0")
        .choices(verdicts)
        .default("compatible"),
    )
    .addOption(new Option("--json", "print the whole report as JSON").conflicts("markdown"))
    .addOption(new Option("--markdown", "print the whole report as Markdown").conflicts("batch"))
    .option("--no-cache", "judge anew, and keep nothing")
    .addHelpText("after", examples)
    .action((options: assessModule.AssessOptions) =>
      (load("./assess") as typeof assessModule).assess(options),
    );
}

function rows(text: string): number {
  if (!/^\d{1,10}$/.test(text))
    throw new InvalidArgumentError("write a whole number of rows, such as 1000000");
  return Number(text);
}
