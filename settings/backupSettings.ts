import type { z } from "zod";
import { commandWords, secretEnvironment } from "./commandValues";
import { choice, seconds, structure, text, wholeNumber } from "./values";

/** How, and before what, a backup of the database is made. */
export const backup = structure(
  {
    when: choice(["risky", "always", "never"])
      .default("risky")
      .describe(
        "Before which changes of the schema a backup is made: `risky` (migrations that are destructive or could not be judged, and step-downs that lose data), `always` or `never`. Where it can't be made, nothing is changed; only a rollback that is known to lose nothing, and has space, goes on without.",
      ),
    folder: text("write a folder")
      .optional()
      .describe("Folder of the backups, from the project's folder; by default `backups` of `record.folder`."),
    keep: wholeNumber(1, 10_000)
      .default(10)
      .describe("How many of a stack's newest backups stay; older ones are removed once a new one is made."),
    keepDays: wholeNumber(1, 36_500)
      .optional()
      .describe("Days after which a backup is removed, though it is among these; never the newest."),
    image: text("write an image, such as postgres:17")
      .optional()
      .describe(
        "Image with `pg_dump` and `pg_restore` of the server's own major version, such as `postgres:17`, run on the Docker engine where this machine lacks them.",
      ),
    command: commandWords('write the command as a list, such as ["./snapshot.sh"]')
      .optional()
      .describe(
        "The program and its arguments that make the backup in place of `pg_dump`, such as a snapshot: run in the project's folder, without a shell, and told KNOWNGOOD_BACKUP (a name for it), KNOWNGOOD_STACK, KNOWNGOOD_HEAD and KNOWNGOOD_DATABASE_URL. The last line that it prints is kept as the backup's place. Keeping and removing them is then its own.",
      ),
    within: seconds(1, 86_400)
      .default(3600)
      .describe("Seconds until `command` is stopped, with all its children."),
    secrets: secretEnvironment.describe(
      "Environment variables of `command` whose value is a secret setting, by its name.",
    ),
  },
  "write the backup as a map, such as {when: always} or {when: never}",
);

export type BackupSettings = z.output<typeof backup>;
