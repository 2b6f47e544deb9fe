import { escapeIdentifier } from "pg";
import type { Catalog } from "../../snapshot/catalog";
import type { RelationFacts } from "../../snapshot/snapshot";
import type { ScratchDatabase } from "../scratchDatabase";
import { relationText } from "../sqlText";

/** A relation's rows, every value as text. */
export interface TableRows {
  columns: readonly string[];
  rows: readonly (readonly (string | null)[])[];
}

/** Rows that are looked at; more than are ever made up, since a gap may add some. */
const most = 200;

export async function readRows(
  database: Pick<ScratchDatabase, "query">,
  relation: RelationFacts,
  catalog: Catalog,
): Promise<TableRows> {
  const columns = catalog.columnsOf(relation.oid).map(({ name }) => name);
  return readColumns(
    database,
    relation,
    columns.map((name) => [name, `${escapeIdentifier(name)}::text`]),
  );
}

/** @param columns names of the answer's columns, and the expression of each */
export async function readColumns(
  { query }: Pick<ScratchDatabase, "query">,
  relation: { schema: string; name: string },
  columns: readonly (readonly [name: string, expression: string])[],
): Promise<TableRows> {
  const names = columns.map(([name]) => name);
  if (names.length === 0) return { columns: names, rows: [] };
  const [answer] = await query<{ rows: string | null }>(
    `SELECT json_agg(r)::text AS rows FROM (SELECT ARRAY[${columns.map(([, expression]) => expression).join(", ")}]::text[] AS r
      FROM ${relationText(relation)} LIMIT ${most}) t`,
  );
  return { columns: names, rows: JSON.parse(answer?.rows ?? "[]") as (string | null)[][] };
}
