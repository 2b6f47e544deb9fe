import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { GapCase, OracleServer, Statement } from "../corpus/oracle";
import { applicationRole, type OldSchema } from "./schemas";
import { writeStep, type Standing, type Step } from "./steps";

/**
 * A gap that works, tried on a throwaway database: of random steps those that the schema takes at that moment, of old
 * code's statements those that run on the old schema. Lost data is looked for under every other name of its table.
 * @returns undefined where no step could be done
 */
export async function plan(
  server: OracleServer,
  name: string,
  old: OldSchema,
  steps: readonly Step[],
): Promise<GapCase | undefined> {
  return inDatabase(server, async (client) => {
    for (const sql of [...old.shipped, ...old.rows]) await client.query(sql);
    const works = async ({ run }: Statement) => (await attempt(client, run, old.role)) !== undefined;
    const ordinary = await filter(old.ordinary, works);
    const edge = await filter(old.edge, works);
    const before = new Map<string, string | undefined>();
    const homes = new Map<string, Home>();
    for (const read of old.reads) {
      before.set(read.name, await attempt(client, read.old, old.role));
      homes.set(read.name, await homeOf(client, read.name));
    }
    const reads = old.reads.filter((read) => before.get(read.name) !== undefined);
    const ahead: string[] = [];
    for (const [index, step] of steps.entries()) {
      const sql = writeStep(step, index, await standing(client));
      if (sql !== undefined && (await taken(client, sql))) ahead.push(sql);
    }
    if (ahead.length === 0) return undefined;
    const found: GapCase["reads"][number][] = [];
    for (const read of reads) {
      const wanted = before.get(read.name);
      // What only old code's role no longer reads is there for all that.
      const there = (await attempt(client, read.old)) === wanted;
      const elsewhere = there ? read.old : await search(client, read.name, homes, wanted);
      found.push({ ...read, elsewhere });
    }
    return { ...old, name, ordinary, edge, reads: found, ahead };
  });
}

async function inDatabase<T>(server: OracleServer, use: (client: Client) => Promise<T>): Promise<T> {
  const name = `fuzz_${randomBytes(6).toString("hex")}`;
  const admin = new Client({ connectionString: server.adminUrl });
  await admin.connect();
  try {
    await admin.query(`DO $$ BEGIN CREATE ROLE ${applicationRole}; EXCEPTION WHEN OTHERS THEN NULL; END $$`);
    await admin.query(`GRANT ${applicationRole} TO ${server.user}`);
    await admin.query(`CREATE DATABASE ${name} OWNER ${server.user}`);
    const client = new Client({
      connectionString: server.url(name),
      statement_timeout: 5_000,
      options: "-c TimeZone=UTC -c client_min_messages=error",
      types: { getTypeParser: () => (value: string | Buffer) => value },
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  }
}

async function filter<T>(all: readonly T[], keep: (one: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const one of all) if (await keep(one)) kept.push(one);
  return kept;
}

/** The rows of a statement as text, taken back; undefined where it fails. */
async function attempt(client: Client, sql: string, role?: string): Promise<string | undefined> {
  await client.query("BEGIN");
  try {
    if (role !== undefined) await client.query(`SET LOCAL ROLE ${role}`);
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    // 1 and 1.0 are the same number.
    return JSON.stringify(rows).replace(/(?<=")(-?\d+)\.0+(?=")|(?<=")(-?\d+\.\d*?[1-9])0+(?=")/g, "$1$2");
  } catch {
    return undefined;
  } finally {
    await client.query("ROLLBACK");
  }
}

async function taken(client: Client, sql: string): Promise<boolean> {
  try {
    await client.query(sql);
    return true;
  } catch {
    return false;
  }
}

/** Where a read's column stood on the old schema. */
interface Home {
  /** Of its relation. */
  oid: number;
  type: string;
}

async function homeOf(client: Client, read: string): Promise<Home> {
  const { rows } = await client.query<{ oid: string; type: string }>(
    `SELECT attrelid::int AS oid, format_type(atttypid, atttypmod) AS type
     FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`,
    [read.replace(columnOf, ""), columnOf.exec(read)?.[1]],
  );
  return { oid: Number(rows[0]?.oid ?? 0), type: rows[0]?.type ?? "text" };
}

/** The column at the end of a read's name. */
const columnOf = / "([^"]*)"$/;

/**
 * A read that answers what was read before: of any column of the same relation, whatever it is called now, or of the
 * same column of a table that was made since.
 * @param homes by the read's name
 */
async function search(
  client: Client,
  name: string,
  homes: ReadonlyMap<string, Home>,
  wanted: string | undefined,
): Promise<string | undefined> {
  const { rows } = await client.query<{ read: string; back: string }>(
    `SELECT format('SELECT id, %I FROM %s ORDER BY id', attname, attrelid::regclass) AS read,
       format('SELECT id, %I::%s FROM %s ORDER BY id', attname, $4::text, attrelid::regclass) AS back
     FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
     WHERE attnum > 0 AND NOT attisdropped AND (c.oid::int = $1
       OR relkind = 'r' AND nspname IN ('public', 'app') AND c.oid::int <> ALL ($2) AND attname = $3)
     ORDER BY c.oid::int <> $1, attnum`,
    [
      homes.get(name)?.oid ?? 0,
      [...homes.values()].map(({ oid }) => oid),
      columnOf.exec(name)?.[1],
      homes.get(name)?.type ?? "text",
    ],
  );
  for (const { read } of rows) if ((await attempt(client, read)) === wanted) return read;
  // A date that became a timestamp is the same date.
  for (const { back } of rows) if ((await attempt(client, back)) === wanted) return back;
  // A value of an enum that was renamed is the same value.
  for (const { read } of rows)
    for (const label of ["calm", "glad", "cross"]) {
      const renamed = read.replace(
        /^SELECT id, (.*) FROM/,
        `SELECT id, replace($1::text, 'else', '${label}') FROM`,
      );
      if ((await attempt(client, renamed)) === wanted) return renamed;
    }
  return undefined;
}

async function standing(client: Client): Promise<Standing> {
  const { rows } = await client.query<{ standing: string }>(`
    WITH mine AS (
      SELECT c.oid, c.relkind, quote_ident(nspname) AS schema, quote_ident(relname) AS bare
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'app')
    )
    SELECT json_build_object(
      'tables', (SELECT coalesce(json_agg(json_build_object('name', schema || '.' || bare, 'schema', schema, 'bare', bare,
        'columns', (SELECT coalesce(json_agg(json_build_object('name', quote_ident(attname),
          'type', format_type(atttypid, atttypmod), 'nullable', NOT attnotnull) ORDER BY attnum), '[]')
          FROM pg_attribute WHERE attrelid = mine.oid AND attnum > 0 AND NOT attisdropped AND attname <> 'id')) ORDER BY oid), '[]')
        FROM mine WHERE relkind = 'r'),
      'constraints', (SELECT coalesce(json_agg(json_build_object('table', schema || '.' || bare, 'name', quote_ident(conname)) ORDER BY pg_constraint.oid), '[]')
        FROM pg_constraint JOIN mine ON conrelid = mine.oid),
      'views', (SELECT coalesce(json_agg(schema || '.' || bare ORDER BY oid), '[]') FROM mine WHERE relkind = 'v'),
      'routines', (SELECT coalesce(json_agg(json_build_object('name', proname, 'arguments', pg_get_function_identity_arguments(oid)) ORDER BY oid), '[]')
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype)
    ) AS standing`);
  return JSON.parse(rows[0]?.standing ?? "{}") as Standing;
}
