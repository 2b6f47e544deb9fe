import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arch, platform } from "node:process";
import type { MigrationRequest } from "./request";

/** The name under which dbmate's connections show in `pg_stat_activity`. */
export const dbmateName = "knowngood-dbmate";

/** How a run of dbmate ended. */
export interface DbmateResult {
  exitCode: number;
  /** The signal that ended it, where one did. */
  signal: NodeJS.Signals | undefined;
  /** Both of its streams, in the order in which they came. */
  output: string;
}

type DbmateCommand = "create" | "drop" | "migrate";

/** Runs one dbmate command on the request's database, with its migrations in a folder that is gone afterwards. */
export async function dbmate(command: DbmateCommand, request: MigrationRequest): Promise<DbmateResult> {
  const folder = await mkdtemp(join(tmpdir(), "knowngood-migrations-"));
  try {
    for (const { version, name, file } of request.migrations) {
      await copyFile(file, join(folder, `${version}_${name}.sql`));
    }
    return await run(command, folder, request);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The URL goes by the environment, which only this user's processes can read. */
function run(
  command: DbmateCommand,
  folder: string,
  { url, table }: MigrationRequest,
): Promise<DbmateResult> {
  const args = ["--migrations-dir", folder, "--migrations-table", table, "--no-dump-schema", command];
  const child = spawn(binary(), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: named(url) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => child.kill("SIGTERM");
  process.on("SIGTERM", stop).on("SIGINT", stop);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGTERM", stop).off("SIGINT", stop);
      resolve({ exitCode: code ?? 1, signal: signal ?? undefined, output });
    });
  });
}

function named(url: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}application_name=${dbmateName}`;
}

/** The npm package of dbmate is an ES module that only finds this file. */
function binary(): string {
  return require.resolve(`@dbmate/${platform}-${arch}/bin/dbmate`);
}
