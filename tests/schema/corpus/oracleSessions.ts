import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { GapCase } from "./oracle";

/** Where throwaway databases are made. */
export interface OracleServer {
  adminUrl: string;
  /** A database's address for a role that is no superuser. */
  url: (database: string) => string;
  user: string;
}

/** Milliseconds that a statement may take. */
const timeout = 5_000;

/** A connection whose answers are as the server writes them. */
async function connected(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    statement_timeout: timeout,
    options: "-c TimeZone=UTC -c client_min_messages=error",
    // Old and new are compared as the server writes them.
    types: { getTypeParser: () => (value: string | Buffer) => value },
  });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/**
 * A session of its own, as old code has one: settings that a migration left in its own do not reach it.
 * @param ask is given why there is none, where old code can't log in
 */
export async function inSession<T>(
  url: string,
  gap: GapCase,
  ask: (session: Client | Error) => Promise<T>,
): Promise<T> {
  if (gap.role === undefined || gap.login !== true) {
    const session = await connected(url);
    try {
      if (gap.role !== undefined) await session.query(`SET ROLE ${gap.role}`);
      return await ask(session);
    } finally {
      await session.end();
    }
  }
  const session = await connected(asLogin(url, gap.role)).catch((error: unknown) => error as Error);
  try {
    return await ask(session);
  } finally {
    if (!(session instanceof Error)) await session.end();
  }
}

export function known(session: Client | Error): Client {
  if (session instanceof Error) throw session;
  return session;
}

/** What roles that old code logs in as have for a password, until a gap gives them another. */
const password = "open";

const asLogin = (url: string, role: string) => url.replace(/\/\/[^@/]*@/, `//${role}:${password}@`);

export async function inThrowaway<T>(
  server: OracleServer,
  gap: GapCase,
  use: (superuser: Client, owner: Client, sessionUrl: string, database: string) => Promise<T>,
): Promise<T> {
  const name = `oracle_${randomBytes(6).toString("hex")}`;
  const admin = await connected(server.adminUrl);
  try {
    for (const role of gap.roles) await createRole(admin, server.user, role);
    if (gap.role !== undefined && gap.login === true)
      await admin.query(`ALTER ROLE ${gap.role} LOGIN PASSWORD '${password}'`);
    await admin.query(`CREATE DATABASE ${name} OWNER ${server.user}`);
    // An address by socket has no host, which URL refuses to read.
    const superuserUrl = server.adminUrl.replace(/\/postgres(?=\?|$)/, `/${name}`);
    const superuser = await connected(superuserUrl);
    const owner = gap.superuser ? superuser : await connected(server.url(name));
    try {
      return await use(superuser, owner, server.url(name), name);
    } finally {
      await superuser.end();
      if (owner !== superuser) await owner.end();
    }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    // A gap has made of it what no other case reckons with, and judging must not find it on the server.
    if (gap.login === true) await admin.query(`DROP ROLE IF EXISTS ${gap.roles.join(", ")}`);
    await admin.end();
  }
}

/** Roles outlive databases; a case may find its roles there already. */
async function createRole(admin: Client, owner: string, role: string): Promise<void> {
  try {
    await admin.query(`CREATE ROLE ${role} NOLOGIN`);
  } catch (error) {
    // 42710 duplicate_object; 23505 when another process makes it at the same moment.
    if (!["42710", "23505"].includes((error as { code?: string }).code ?? "")) throw error;
  }
  await admin.query(`GRANT ${role} TO ${owner}`);
}
