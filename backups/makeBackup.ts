import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Client } from "pg";
import { splitPassword } from "../migrations/password";
import { databaseName, errorCode } from "../migrations/connection";
import type { ToolName } from "../migrations/tools/tool";
import {
  backupName,
  dumpFile,
  isUnfinishedOf,
  keptBackups,
  recordFile,
  recordFormat,
  unfinishedExtension,
  type BackupRecord,
} from "./backupRecord";
import { countDumpRows } from "./dumpRows";
import { ownBackup } from "./ownBackup";
import { findPostgresPrograms, type PostgresPrograms } from "./postgresPrograms";
import type { BackupReport, BackupRequest } from "./request";
import { retiredBackups } from "./retired";
import { backupConnectionName, runProgram } from "./runProgram";
import { beginSnapshot } from "./snapshot";
import { noSpace } from "./space";
import { countTableRows, differingRows } from "./tableRows";

/** The database that is backed up. */
export interface BackedUpDatabase {
  /** Holds the lock that keeps other runs of migrations, and so other backups, out; no transaction is under way. */
  client: Client;
  url: string;
  /** The table in which the applied versions stand. */
  table: string;
  /** The tool whose table it is. @default dbmate */
  tool?: ToolName;
  /** Oldest first. */
  applied: readonly string[];
}

/**
 * Makes a backup, checks it, and removes what is too old: of the whole database in `pg_dump`'s custom format, or by the
 * user's own command. It is whole where its file has the extension `.dump`.
 * @throws Error that says why there is none; what was begun is removed then
 */
export async function makeBackup(
  database: BackedUpDatabase,
  request: BackupRequest,
  now: Date,
): Promise<BackupReport> {
  const began = performance.now();
  const { stack, folder, command } = request;
  const name = backupName(stack, database.applied.at(-1), now);
  await prepare(folder, request);
  const basis = {
    format: recordFormat,
    stack,
    database: databaseName(database.url),
    server: await serverMajor(database.client),
    head: database.applied.at(-1) ?? null,
    applied: [...database.applied],
    table: database.table,
    ...(database.tool !== undefined && { tool: database.tool }),
    madeAt: now.toISOString(),
  } satisfies Partial<BackupRecord>;
  const seconds = () => Math.round((performance.now() - began) / 10) / 100;
  const finished =
    command === undefined
      ? await dumped(database, request, name, (dump) => ({ ...basis, seconds: seconds(), dump }))
      : {
          ...basis,
          place: await ownBackup(command, { ...basis, name, url: database.url }),
          seconds: seconds(),
        };
  if (command !== undefined) await writeRecord(folder, name, finished);
  const notRemoved = await removeRetired(request, now);
  return { ...reportOf(folder, name, finished), ...(notRemoved !== undefined && { notRemoved }) };
}

function reportOf(folder: string, name: string, record: BackupRecord): BackupReport {
  const { dump, place, madeAt, head, seconds } = record;
  const counts = Object.values(dump?.rows ?? {});
  return {
    place: place ?? dumpFile(folder, name),
    madeAt,
    head,
    seconds,
    ...(dump && {
      bytes: dump.bytes,
      sha256: dump.sha256,
      tables: counts.length,
      rows: counts.reduce((sum, count) => sum + count, 0),
    }),
  };
}

/** The server's major version, such as 15. */
export async function serverMajor(client: Client): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>("SHOW server_version_num");
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

/** The folder, readable by this user alone and ignored by Git where it is made, without what killed runs of this stack left. */
async function prepare(folder: string, { stack }: BackupRequest): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // One that is there is the user's, who may have named a folder of their own.
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
  for (const file of await readdir(folder)) {
    if (isUnfinishedOf(stack, file)) await rm(join(folder, file));
  }
}

async function dumped(
  { client, url }: BackedUpDatabase,
  request: BackupRequest,
  name: string,
  recordOf: (dump: NonNullable<BackupRecord["dump"]>) => BackupRecord,
): Promise<BackupRecord> {
  const { folder, stack } = request;
  const programs = await findPostgresPrograms(await serverMajor(client), splitPassword(url).address, request);
  const [last] = await keptBackups(folder, stack);
  const space = noSpace(await statfs(folder), last?.record.dump?.bytes, folder);
  if (space !== undefined) throw new Error(space);
  // A run that was killed has left its own, whose locks the migrations would wait for.
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
    [backupConnectionName],
  );
  const unfinished = join(folder, `${name}${unfinishedExtension}`);
  try {
    const rows = await dumpInSnapshot(client, url, programs, unfinished);
    await checkDump(programs, unfinished, rows);
    const record = recordOf({ ...(await sizeAndHash(unfinished)), rows });
    await writeRecord(folder, name, record);
    // Last, so that whatever is called a dump is whole and has its record.
    await rename(unfinished, dumpFile(folder, name));
    return record;
  } catch (error) {
    await rm(unfinished, { force: true });
    await rm(recordFile(folder, name), { force: true });
    throw error;
  }
}

/** Counts and dumps what one snapshot shows, so that the two can be compared to the row. */
async function dumpInSnapshot(
  client: Client,
  url: string,
  programs: PostgresPrograms,
  file: string,
): Promise<Record<string, number>> {
  await beginSnapshot(client);
  try {
    const { rows } = await client.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
    const counted = await countTableRows(client);
    const output = await open(file, "wx", 0o600);
    try {
      await runProgram(
        programs,
        "dump",
        ["--format=custom", `--snapshot=${rows[0]?.snapshot}`],
        "The backup failed",
        { url, output: output.fd },
      );
      await output.sync();
    } finally {
      await output.close();
    }
    return counted;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

/**
 * Reads a dump to its end.
 * @param rows of each table when it was made; what an extension keeps in tables of its own is not among them, though a
 * dump can have a part of it
 * @throws Error when it can't be read, or holds other rows of these tables
 */
export async function checkDump(
  programs: PostgresPrograms,
  file: string,
  rows: Readonly<Record<string, number>>,
): Promise<void> {
  const what = "The backup can't be used";
  const input = async (args: string[], read?: (stream: Readable) => Promise<unknown>) => {
    const handle = await open(file, "r");
    try {
      return await runProgram(programs, "restore", args, what, {
        input: handle.fd,
        ...(read !== undefined && { read }),
      });
    } finally {
      await handle.close();
    }
  };
  if (!/^; Archive created at /m.test(await input(["--list"])))
    throw new Error(`${what}: it has no list of contents.`);
  let found: Record<string, number> = {};
  await input(["--data-only", "--file=-"], async (stream) => {
    found = await countDumpRows(stream);
  });
  const first = differingRows(rows, found).find(({ one }) => one !== undefined);
  if (first !== undefined)
    throw new Error(
      `${what}: ${first.table} had ${first.one} rows when it was made, and it holds ${first.other ?? "none"}.`,
    );
}

/** Bytes of a file and the SHA-256 of what it holds. */
export async function sizeAndHash(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function writeRecord(folder: string, name: string, record: BackupRecord): Promise<void> {
  const file = recordFile(folder, name);
  await writeFile(`${file}.unfinished`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.unfinished`, file);
}

/** @returns why something could not be removed, which is no reason to stop */
async function removeRetired(request: BackupRequest, now: Date): Promise<string | undefined> {
  try {
    const { folder, stack } = request;
    for (const { name } of retiredBackups(await keptBackups(folder, stack), request, now)) {
      await rm(dumpFile(folder, name), { force: true });
      await rm(recordFile(folder, name));
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
