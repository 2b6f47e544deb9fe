import { escapeIdentifier } from "pg";
import type { Catalog } from "../snapshot/catalog";
import type { ColumnFacts, RelationFacts } from "../snapshot/snapshot";
import { readColumns, type TableRows } from "./rows/readRows";
import type { ScratchDatabase } from "./scratchDatabase";

/** Reads a relation under the names of old columns, as text of their old types where that can be had, else as text of what they are. */
export async function readAs(
  database: ScratchDatabase,
  relation: RelationFacts,
  catalog: Catalog,
  facts: readonly ColumnFacts[],
  nameOf: (fact: ColumnFacts) => string | undefined,
): Promise<TableRows | undefined> {
  const there = new Map(catalog.columnsOf(relation.oid).map((column) => [column.name, column]));
  const found = facts.flatMap((fact) => {
    const column = there.get(nameOf(fact) ?? "");
    if (column === undefined) return [];
    const plain = `${escapeIdentifier(column.name)}::text`;
    const typed = column.typeText === fact.typeText ? plain : castText(column, fact);
    return [{ name: fact.name, plain, typed }];
  });
  const read = (foreign: ReadonlySet<string>) =>
    readColumns(
      database,
      relation,
      found.map(({ name, plain, typed }) => [name, foreign.has(name) ? plain : typed]),
    );
  try {
    return await read(new Set());
  } catch {
    const foreign = new Set<string>();
    for (const { name, plain, typed } of found)
      if (plain !== typed && !(await isReadable(database, relation, typed))) foreign.add(name);
    return read(foreign).catch(() => undefined);
  }
}

function castText({ name, typeText }: ColumnFacts, { typeText: wanted }: ColumnFacts): string {
  // Of numbers, only an integer is cast to a flag.
  const between = wanted === "boolean" && /^(smallint|bigint|numeric)/.test(typeText) ? "::integer" : "";
  return `${escapeIdentifier(name)}${between}::${wanted}::text`;
}

async function isReadable(
  database: ScratchDatabase,
  relation: RelationFacts,
  expression: string,
): Promise<boolean> {
  return readColumns(database, relation, [["value", expression]]).then(
    () => true,
    () => false,
  );
}
