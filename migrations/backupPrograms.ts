import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The two programs that a backup needs, of one version. */
export interface BackupPrograms {
  dump: string;
  restore: string;
}

/** Where packages of a server put the programs of one major version. */
const packageFolders = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/opt/homebrew/opt/postgresql@${major}/bin`,
  `/usr/local/opt/postgresql@${major}/bin`,
];

/**
 * Finds `pg_dump` and `pg_restore` of the server's own major version: an older one refuses the server, and what a newer
 * one writes, the server's own can't always read.
 * @param path the value of PATH, searched after the folders of the usual packages
 * @throws Error that says what to install
 */
export async function findBackupPrograms(
  major: number,
  path: string = process.env.PATH ?? "",
): Promise<BackupPrograms> {
  for (const folder of [...packageFolders(major), ...path.split(delimiter).filter((one) => one !== "")]) {
    const programs = { dump: join(folder, "pg_dump"), restore: join(folder, "pg_restore") };
    if ((await majorOf(programs.dump)) === major && (await majorOf(programs.restore)) === major)
      return programs;
  }
  throw new Error(
    `No pg_dump and pg_restore of PostgreSQL ${major}, the server's own version, were found. ` +
      `Install them (Debian: apt-get install postgresql-client-${major}), or go without a backup: ` +
      "pulumi config set --path database.backup none",
  );
}

async function majorOf(program: string): Promise<number | undefined> {
  try {
    await access(program);
  } catch {
    return undefined;
  }
  return new Promise((resolve) => {
    execFile(program, ["--version"], { timeout: 5000 }, (error, stdout) => {
      const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
      resolve(error === null && major !== undefined ? Number(major) : undefined);
    });
  });
}
