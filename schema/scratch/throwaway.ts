import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier } from "pg";
import { withoutPassword } from "../../migrations/password";
import { survivingGarbage } from "../../migrations/survivableStream";
import { onSignal } from "./onSignal";
import { rolesLeftOver, rolesOfOthers } from "./roleMark";
import { overClient, sessionSettings, type ScratchDatabase } from "./scratchDatabase";

/** Milliseconds to connect. */
const patience = 3_000;

/** Seconds after which a scratch database that nobody is connected to was left over. */
const abandonedAfter = 3_600;

/**
 * A throwaway database on a real server, made from template0 and dropped on close and on a signal. Roles that were made
 * for it are dropped as well, and so is what earlier ones left over; nothing else of the server is touched.
 * @param url the entry: its database is connected to for CREATE DATABASE and DROP DATABASE only
 * @throws Error when the server can't be reached, or the role may not create databases; without the password
 */
export async function openThrowaway(url: string): Promise<ScratchDatabase> {
  const { name, rolesBefore } = await asEntry(url, async (entry) => {
    await sweep(entry);
    return { name: await newName(entry), rolesBefore: await namesIn(entry, rolesOfOthers) };
  });
  const client = survivingGarbage(
    new Client({ connectionString: withDatabase(url, name), connectionTimeoutMillis: patience }),
  );
  client.on("error", () => undefined);
  let making: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  // While the server makes the database, there is none yet to drop.
  const close = () =>
    (closing ??= Promise.allSettled([making])
      .then(() => drop(url, name, client))
      .finally(() => settle()));
  const settle = onSignal(close);
  try {
    making = asEntry(url, async (entry) => {
      await entry.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    });
    await making;
    await client.connect();
    await client.query(sessionSettings);
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    return {
      ...overClient(client),
      server: `PostgreSQL ${rows[0]?.server_version.split(" ")[0] ?? ""}`,
      shared: true,
      rolesBefore,
      ownRoles: new Set(),
      interrupt: () => void close().catch(() => undefined),
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** By the server's clock, since several machines may use one server. */
async function newName(entry: Client): Promise<string> {
  const [seconds = "0"] = await namesIn(entry, "SELECT floor(extract(epoch FROM now()))::bigint::text");
  return `knowngood_scratch_${seconds.padStart(10, "0")}_${randomBytes(8).toString("hex")}`;
}

const madeAt = "pg_catalog.substring(datname, '^knowngood_scratch_([0-9]{10})_[0-9a-f]{16}$')::bigint";
const abandoned = `
  SELECT datname FROM pg_catalog.pg_database AS d
  WHERE ${madeAt} < extract(epoch FROM now()) - ${abandonedAfter}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datid = d.oid)`;

/** Drops what processes left over that had no time to. What can't be dropped stays. */
async function sweep(entry: Client): Promise<void> {
  for (const name of await namesIn(entry, abandoned))
    await entry.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}`).catch(() => undefined);
  // Twice, since a role can stand in another's way.
  for (let round = 0; round < 2; round += 1)
    for (const role of await namesIn(entry, rolesLeftOver))
      await entry.query(`DROP ROLE IF EXISTS ${escapeIdentifier(role)}`).catch(() => undefined);
}

/** WITH (FORCE) ends whatever still runs there. */
async function drop(url: string, name: string, client: Client): Promise<void> {
  await asEntry(url, async (entry) => {
    await entry.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await sweep(entry);
  });
  await client.end().catch(() => undefined);
}

/** The first column of a query. */
async function namesIn(entry: Client, sql: string): Promise<string[]> {
  const { rows } = await entry.query<[string]>({ text: sql, rowMode: "array" });
  return rows.map(([first]) => first);
}

async function asEntry<Result>(url: string, work: (entry: Client) => Promise<Result>): Promise<Result> {
  const entry = survivingGarbage(new Client({ connectionString: url, connectionTimeoutMillis: patience }));
  entry.on("error", () => undefined);
  try {
    await entry.connect();
    return await work(entry);
  } catch (error) {
    throw new Error(withoutPassword(explained(error, url), url));
  } finally {
    await entry.end().catch(() => undefined);
  }
}

function explained(error: unknown, url: string): string {
  const { code, message } = error as Error & { code?: string };
  const server = `the scratch server ${serverOf(url)}`;
  if (code === "42501")
    return `the role of ${server} may not do this: ${message}; give it CREATEDB, and CREATEROLE where migrations name roles`;
  return `${server} can't be used: ${message === "" ? (code ?? "no answer") : message}`;
}

/** Host and port only. */
function serverOf(url: string): string {
  const { host, port } = new Client({ connectionString: url });
  return host.startsWith("/") ? host : `${host}:${port}`;
}

/** As text, since the address of a Unix socket has no host, which URL refuses to read. */
function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*)(\/[^?#]*)?/i, `$1/${name}`);
}
