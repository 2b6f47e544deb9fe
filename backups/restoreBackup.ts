import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { escapeIdentifier, escapeLiteral, type Client } from "pg";
import { appliedVersions } from "../migrations/appliedVersions";
import { connect, errorCode } from "../migrations/connection";
import { appliedByTool } from "../migrations/otherTool";
import { splitPassword } from "../migrations/password";
import type { BackupRecord } from "./backupRecord";
import { serverMajor, sizeAndHash } from "./makeBackup";
import { findPostgresPrograms, type WherePrograms } from "./postgresPrograms";
import { freeName, leftoversOf, restoredMark, type Leftover } from "./restoredDatabases";
import { runProgram } from "./runProgram";
import { beginSnapshot } from "./snapshot";
import { countTableRows, differingRows } from "./tableRows";

/** What is restored, and where. */
export interface RestoreRequest {
  /** The dump. */
  file: string;
  record: BackupRecord;
  /** Of the live database, which is only read. */
  url: string;
  where?: WherePrograms;
  /** Told of each step as it begins, and of what earlier runs left. */
  say: (line: string) => void;
}

/** Rows of one table. */
export interface TableRows {
  table: string;
  /** In the backup; undefined where it does not have the table, as below. */
  backup: number | undefined;
  live: number | undefined;
}

export interface RestoredDatabase {
  live: string;
  restored: string;
  head: { backup: string | null; live: string | null };
  /** Every table, with the rows of both. */
  tables: TableRows[];
  /** Databases that earlier runs left. */
  leftovers: Leftover[];
}

/**
 * Restores a dump into a new database beside the live one, and checks it: rows of each table, and the newest migration.
 * The live database is only read. What was made is dropped again where a step fails.
 * @throws Error that says which step failed
 */
export async function restoreBackup(request: RestoreRequest): Promise<RestoredDatabase> {
  const { file, record, url, where, say } = request;
  say("1 of 5: read the backup to its end");
  await checkFile(file, record);
  const client = await connect(url);
  try {
    const live = await databaseOf(client);
    const leftovers = await leftoversOf(client, live);
    for (const { name, whole, removal } of leftovers)
      say(
        `left by an earlier run, ${whole ? "restored whole" : "not whole"}: ${name}; to remove it: ${removal}`,
      );
    const programs = await findPostgresPrograms(await serverMajor(client), splitPassword(url).address, where);
    say("2 of 5: make a database");
    const restored = await createBeside(client, live, record.madeAt);
    try {
      const own = withDatabase(url, restored);
      say(`3 of 5: restore into ${restored}`);
      const handle = await open(file, "r");
      try {
        await runProgram(programs, "restore", ["--exit-on-error"], "The backup can't be restored", {
          url: own,
          input: handle.fd,
          connectionName: "knowngood-restore",
        });
      } finally {
        await handle.close();
      }
      say("4 of 5: check rows and the newest migration");
      await checkRestored(own, record);
      say(`5 of 5: compare with ${live}`);
      const rows = await rowsOf(client);
      const newest = await newestApplied(client, record);
      await client.query(
        `COMMENT ON DATABASE ${escapeIdentifier(restored)} IS ${escapeLiteral(restoredMark)}`,
      );
      return {
        live,
        restored,
        head: { backup: record.head, live: newest ?? null },
        tables: compared(record.dump?.rows ?? {}, rows),
        leftovers,
      };
    } catch (error) {
      await client
        .query(`DROP DATABASE IF EXISTS ${escapeIdentifier(restored)} WITH (FORCE)`)
        .catch(() => undefined);
      throw error;
    }
  } finally {
    await client.end();
  }
}

async function checkFile(file: string, { dump }: BackupRecord): Promise<void> {
  if (dump === undefined || !existsSync(file)) throw new Error(`There is no dump ${file}.`);
  const { bytes, sha256 } = await sizeAndHash(file);
  if (sha256 !== dump.sha256)
    throw new Error(
      `The backup ${file} is damaged: its SHA-256 is ${sha256} (${bytes} bytes), and ${dump.sha256} (${dump.bytes} bytes) when it was made.`,
    );
}

/** The database that a client is connected to. */
async function databaseOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  return rows[0]?.name ?? "";
}

/** Empty, in the same encoding and locale; a run that died can have one of the same name under way. */
async function createBeside(client: Client, live: string, madeAt: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const name = await freeName(client, live, madeAt);
    try {
      await create(client, live, name);
      return name;
    } catch (error) {
      if (attempt === attempts || !nameTaken.has(errorCode(error) ?? "")) throw error;
    }
  }
}

const attempts = 3;

/** The SQLSTATEs of a database that is there, and of one that was made at the same time. */
const nameTaken: ReadonlySet<string> = new Set(["42P04", "23505"]);

async function create(client: Client, live: string, name: string): Promise<void> {
  const { rows } = await client.query<{
    encoding: string;
    collate: string;
    ctype: string;
    settings: Settings;
  }>(
    `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collate, datctype AS ctype, to_jsonb(d) AS settings
     FROM pg_database d WHERE datname = $1`,
    [live],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`The server does not list its own database ${live}.`);
  const { encoding, collate, ctype, settings } = found;
  const icu = settings.datlocprovider === "i" ? (settings.datlocale ?? settings.daticulocale) : undefined;
  await client.query(
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0 ENCODING ${escapeLiteral(encoding)} ` +
      `LC_COLLATE ${escapeLiteral(collate)} LC_CTYPE ${escapeLiteral(ctype)}` +
      (icu === undefined ? "" : ` LOCALE_PROVIDER icu ICU_LOCALE ${escapeLiteral(icu)}`),
  );
}

/** Columns of pg_database that not every version has. */
interface Settings {
  datlocprovider?: string;
  datlocale?: string;
  daticulocale?: string;
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*)\/?[^?#]*/i, `$1/${encodeURIComponent(database)}`);
}

async function checkRestored(url: string, record: BackupRecord): Promise<void> {
  const { dump, head } = record;
  const client = await connect(url);
  try {
    const [wrong] = differingRows(dump?.rows ?? {}, await rowsOf(client));
    if (wrong !== undefined)
      throw new Error(
        `What was restored is not what was backed up: ${wrong.table} had ${wrong.one ?? "no"} rows, and has ${wrong.other ?? "none"}.`,
      );
    const found = (await newestApplied(client, record)) ?? null;
    if (found !== head)
      throw new Error(
        `What was restored is at ${found ?? "no migration"}, and the backup was made at ${head ?? "none"}.`,
      );
    // A database without statistics is slow in its first minutes.
    await client.query("ANALYZE");
  } finally {
    await client.end();
  }
}

/** As the tool's own table says; what the backup holds is all that is known of the tool's order. */
async function newestApplied(
  client: Client,
  { table, tool, applied }: BackupRecord,
): Promise<string | undefined> {
  if (tool === undefined) return (await appliedVersions(client, table)).at(-1);
  const known = applied.map((version) => ({ version }));
  return (await appliedByTool(client, { table, migrations: known }, tool)).applied.at(-1);
}

/** Of one moment. */
async function rowsOf(client: Client): Promise<Record<string, number>> {
  await beginSnapshot(client);
  try {
    return await countTableRows(client);
  } finally {
    await client.query("ROLLBACK");
  }
}

function compared(
  backup: Readonly<Record<string, number>>,
  live: Readonly<Record<string, number>>,
): TableRows[] {
  return [...new Set([...Object.keys(backup), ...Object.keys(live)])]
    .sort()
    .map((table) => ({ table, backup: backup[table], live: live[table] }));
}
