import { escapeIdentifier, escapeLiteral } from "pg";

/** A relation's name as SQL writes it anywhere. */
export function relationText({ schema, name }: { schema: string; name: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** A value of whatever type the place where it stands has. */
export function literal(value: string | null): string {
  return value === null ? "NULL" : escapeLiteral(value);
}

/** An INSERT of one row or more; columns of all rows are those of the first. */
export function insertText(
  relation: { schema: string; name: string },
  rows: readonly ReadonlyMap<string, string | null>[],
): string {
  const columns = [...(rows[0]?.keys() ?? [])];
  if (columns.length === 0) return `INSERT INTO ${relationText(relation)} DEFAULT VALUES`;
  const values = rows.map((row) => `(${columns.map((name) => literal(row.get(name) ?? null)).join(", ")})`);
  return `INSERT INTO ${relationText(relation)} (${columns.map(escapeIdentifier).join(", ")}) VALUES ${values.join(", ")}`;
}
