import type { z } from "zod";
import { commandWords } from "./commandValues";
import { seconds, structure, wholeNumber } from "./values";

const diskCommand = structure(
  {
    command: commandWords(
      'write the command as a list, such as ["ssh", "db.example", "df", "-kP", "/var/lib/postgresql"]',
    ).describe(
      "The program and its arguments, run in the project's folder, without a shell. It prints what `df -kP FOLDER` prints; each of several filesystems counts on the way forward, and on the way back they refuse nothing.",
    ),
    within: seconds(1, 10).default(10).describe("Seconds until it is stopped, with all its children."),
  },
  'write the command as a map, such as {command: ["ssh", "db.example", "df", "-kP", "/var/lib/postgresql"]}',
);

/** How full a disk may be. */
export const disk = structure(
  {
    limit: wholeNumber(0, 100, "a percentage")
      .default(80)
      .describe(
        "Percentage used, of what can be used, from which an `up` forward is refused; a rollback is refused only where what it needs can't fit. 0 looks at no disk.",
      ),
    engine: diskCommand
      .optional()
      .describe(
        "Tells of the disk of the Docker host. Without it the engine's folder, and containerd's where that keeps the images, are looked at where they are on this machine, and elsewhere `df` is run in a container of the stack.",
      ),
    database: diskCommand
      .optional()
      .describe(
        "Tells of the disk of the database's host. Without it the server's data folder is looked at where the server runs on this machine.",
      ),
  },
  "write the disk guard as a map, such as {limit: 90}, or {limit: 0} for none",
);

export type DiskSettings = z.output<typeof disk>;
export type DiskCommand = z.output<typeof diskCommand>;
