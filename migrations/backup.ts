import { spawn } from "node:child_process";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { connect } from "./connection";
import { findBackupPrograms } from "./backupPrograms";
import { splitPassword } from "./password";

/**
 * Dumps the whole database into a folder, in `pg_dump`'s custom format, and reads the dump's list of contents back.
 * @param url where it is; the password goes by the environment, since a command line is open to everybody
 * @param folder made where it is missing, readable by this user alone, and ignored by Git
 * @param name of the file, without extension
 * @returns the file
 * @throws Error when the programs are missing, the dump fails, or can't be read back; no file is left then
 */
export async function backUp(client: Client, url: string, folder: string, name: string): Promise<string> {
  const programs = await findBackupPrograms(await serverMajor(client));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, ".gitignore"), "*\n");
  const file = join(folder, `${name}.dump`);
  const unfinished = `${file}.unfinished`;
  try {
    // Made first, so that nobody else can read it while it grows.
    await writeFile(unfinished, "", { mode: 0o600 });
    await run(programs.dump, ["--format=custom", "--no-password", "--file", unfinished], url);
    const contents = await run(programs.restore, ["--list", unfinished]);
    if (!/^\d+; /m.test(contents)) throw new Error("The backup can't be used: it lists nothing.");
    if ((await stat(unfinished)).size === 0) throw new Error("The backup can't be used: it is empty.");
    await rename(unfinished, file);
    return file;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Why no backup of a database could be made; undefined where nothing speaks against it. Asked before anything is touched,
 * since where it is made the services are stopped already: what may not be read is found by dumping the schema alone.
 */
export async function backupObstacle(url: string): Promise<string | undefined> {
  try {
    const client = await connect(url);
    try {
      const { dump } = await findBackupPrograms(await serverMajor(client));
      await run(dump, ["--schema-only", "--no-password", "--file", devNull], url, obstacleSeconds);
      return undefined;
    } finally {
      await client.end();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The server's major version, such as 15. */
async function serverMajor(client: Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

/** Seconds that looking whether a backup can be made may take. */
const obstacleSeconds = 10;

/**
 * Runs one of PostgreSQL's programs to its end.
 * @param url of the database that it is for, where it is for one
 * @param seconds after which it is ended. @default as long as it takes
 * @returns its standard output
 */
function run(program: string, args: readonly string[], url?: string, seconds?: number): Promise<string> {
  const { address, password } = url === undefined ? {} : splitPassword(url);
  const child = spawn(program, [...args, ...(address === undefined ? [] : ["--dbname", address])], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PGAPPNAME: "knowngood-backup",
      ...(password !== undefined && { PGPASSWORD: password }),
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(seconds !== undefined && { timeout: seconds * 1000 }),
  });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGTERM", stop).once("SIGINT", stop);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGTERM", stop).off("SIGINT", stop);
      if (code === 0) resolve(output);
      else reject(new Error(`The backup failed: ${errors.trim() || `ended by ${signal ?? code}`}`));
    });
  });
}
