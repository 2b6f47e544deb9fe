import type { Client } from "pg";

/**
 * How many rows each table holds, by the name that `pg_dump` gives it, without tables that belong to an extension; others
 * in an extension's schema are the user's, and dumped like any. To be asked within a transaction, whose snapshot all
 * counts are of.
 */
export async function countTableRows(client: Client): Promise<Record<string, number>> {
  // A role that sees a part of the rows would count that part alone; it is refused instead.
  await client.query("SET LOCAL row_security = off");
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence <> 't'
       AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
       AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_depend d
         WHERE d.deptype = 'e' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid)
     ORDER BY name`,
  );
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows: counted } = await client.query<{ count: string }>(
      `SELECT count(*) AS count FROM ONLY ${name}`,
    );
    rows[name] = Number(counted[0]?.count);
  }
  return rows;
}

/** Tables whose counts differ, each with both; undefined where a side lacks it. */
export interface RowDifference {
  table: string;
  one: number | undefined;
  other: number | undefined;
}

export function differingRows(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): RowDifference[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .sort()
    .filter((table) => one[table] !== other[table])
    .map((table) => ({ table, one: one[table], other: other[table] }));
}
