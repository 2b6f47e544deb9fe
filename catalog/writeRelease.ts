import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import type { SqlToWrite } from "./add";
import { sqlFile } from "./catalog";
import type { Release } from "./release";
import { releaseText } from "./releaseFile";

/** A release that could not be written whole. The catalog is as usable as before: a release's own file comes last. */
export class ReleaseNotWritten extends Error {
  override readonly name = "ReleaseNotWritten";

  constructor(
    readonly written: readonly string[],
    readonly notWritten: readonly string[],
    cause: unknown,
  ) {
    const list = (files: readonly string[]) => (files.length === 0 ? "nothing" : files.join(", "));
    super(
      `The release was not added: ${(cause as Error).message}\n` +
        `  written: ${list(written)}${written.length > 0 ? " (harmless: no release names it yet)" : ""}\n` +
        `  not written: ${list(notWritten)}\n` +
        "  Correct the cause and run the same command again.",
      { cause },
    );
  }
}

/**
 * Writes the SQL, then the release that names it, each whole or not at all.
 * @returns the files written, in that order
 * @throws ReleaseNotWritten saying which files were written and which were not
 */
export function writeRelease(folder: string, release: Release, sql: readonly SqlToWrite[]): string[] {
  const files = [
    ...sql.map((migration) => ({ file: sqlFile(folder, migration.sha256), content: migration.sql })),
    { file: join(folder, `${release.tag}.yaml`), content: Buffer.from(releaseText(release), "utf8") },
  ];
  const paths = files.map(({ file }) => file);
  for (const [index, { file, content }] of files.entries()) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeWhole(file, content, { lasting: true });
    } catch (error) {
      throw new ReleaseNotWritten(paths.slice(0, index), paths.slice(index), error);
    }
  }
  return paths;
}
