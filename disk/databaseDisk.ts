import { readFile, readlink } from "node:fs/promises";
import { Client } from "pg";
import { connect } from "../migrations/connection";
import { filesystemOf, type Filesystem } from "./filesystem";

/** Seconds that one question may take. */
const statementSeconds = 5;

/**
 * The filesystem of a database server's data, where that is a folder of this machine.
 * @throws Error where nobody can say
 */
export async function databaseDisk(url: string): Promise<Filesystem[]> {
  if (!isHere(new Client({ connectionString: url }).host)) throw new Error("it is another machine");
  return asking(url, async (client) => {
    const { rows } = await client.query<{ pid: number; folder: string | null }>(
      "SELECT pg_backend_pid() AS pid, (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS folder",
    );
    const process = await processHere(rows[0]?.pid);
    if (process === undefined) throw new Error("the server does not run on this machine, or can't be seen");
    const folder = rows[0]?.folder ?? (await folderOf(process));
    if (folder === undefined)
      throw new Error("the server shows its data_directory only to roles with pg_read_all_settings");
    try {
      return [await filesystemOf(folder)];
    } catch {
      throw new Error("the server's data folder is not on this machine, or can't be seen");
    }
  });
}

/**
 * A server's process, by its folder in /proc, where it is one of this machine's: a loopback address can be a tunnel's or a
 * container's, and a number that these gave is mostly something else here.
 */
async function processHere(pid: number | undefined): Promise<string | undefined> {
  try {
    const name = await readFile(`/proc/${pid}/comm`, "utf8");
    return name.trim() === "postgres" ? `/proc/${pid}` : undefined;
  } catch {
    return undefined;
  }
}

/** The folder in which a server's process works is that of its data. Seen where this is run by an administrator. */
async function folderOf(process: string): Promise<string | undefined> {
  try {
    return await readlink(`${process}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * Bytes that a database takes.
 * @throws Error where it can't be asked, or does not say so in time
 */
export async function databaseBytes(url: string): Promise<{ name: string; bytes: number }> {
  return asking(url, async (client) => {
    const { rows } = await client.query<{ name: string; bytes: string }>(
      "SELECT current_database() AS name, pg_database_size(current_database())::text AS bytes",
    );
    return { name: rows[0]?.name ?? "", bytes: Number(rows[0]?.bytes) };
  });
}

async function asking<Answer>(url: string, ask: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = await connect(url);
  try {
    await client.query(
      `SET default_transaction_read_only = on; SET statement_timeout = '${statementSeconds}s'`,
    );
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** By its socket, or by a loopback address. */
function isHere(host: string): boolean {
  return host.startsWith("/") || /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}
