import { escapeIdentifier } from "pg";
import type { ObjectName } from "../../objectName";
import type { Draft } from "../rows/drafts";
import { insertText, literal, relationText } from "../sqlText";
import { comparable, type Material } from "./material";
import type { Trial } from "./trial";

const canInsert = 8;
const canUpdate = 4;
const canDelete = 16;

/** Rows that are tried for an update or delete. */
const mostRows = 4;

/** What any code could do with a relation, by name and with ordinary values. */
export function ordinaryTrials(material: Material, role?: string): Trial[] {
  const { relation } = material;
  const { writable, kind } = relation;
  const all = [
    ...selects(material),
    ...((writable & canInsert) > 0 ? inserts(material) : []),
    ...((writable & canUpdate) > 0 ? updates(material) : []),
    ...((writable & canDelete) > 0 ? deletes(material) : []),
  ];
  const trials = kind === "m" || kind === "f" ? selects(material) : all;
  if (role === undefined) return trials;
  // A role that may write need not be one that may read what it wrote.
  return trials.map((trial) => ({
    ...trial,
    role,
    group: `${trial.group} as ${role}`,
    effect: undefined,
  }));
}

export function relationObject({ relation }: Material): ObjectName {
  return { kind: "relation", schema: relation.schema, name: relation.name };
}

export function columnObject({ relation }: Material, column: string): ObjectName {
  return { kind: "column", schema: relation.schema, name: relation.name, part: column };
}

function selects(material: Material): Trial[] {
  const { relation, columns } = material;
  return columns.map(({ name }) => ({
    group: `${relation.oid} select ${name}`,
    deed: "select",
    object: columnObject(material, name),
    relation: relation.oid,
    ordinary: true,
    steps: [`SELECT ${escapeIdentifier(name)} FROM ${relationText(relation)}`],
  }));
}

function inserts(material: Material): Trial[] {
  const { relation, drafts, required, unique } = material;
  const twin = (draft: Draft, other: Draft) =>
    new Map(
      [...draft].map(([name, value]) => [name, unique.includes(name) ? (other.get(name) ?? value) : value]),
    );
  const minimal = (draft: Draft) => new Map([...draft].filter(([name]) => required.includes(name)));
  const without = (draft: Draft, left: string) =>
    new Map([...minimal(draft)].filter(([name]) => name !== left));
  return drafts.flatMap((draft, place) => {
    const other = drafts[(place + 1) % drafts.length] ?? draft;
    return (
      [
        ["all", [draft]],
        ["minimal", [minimal(draft)]],
        // A new UNIQUE over what is left out takes one such row, and no second.
        ["minimal twice", [minimal(draft), minimal(other)]],
        // Nor does an old one over what a new trigger sets.
        ...(unique.length > 0 ? [["all twice", [draft, twin(draft, other)]] as const] : []),
        // What a trigger fills in can be left out although the schema requires it.
        ...(place === 0 ? required.map((name) => [`without ${name}`, [without(draft, name)]] as const) : []),
      ] as const
    ).map(([which, rows]) => ({
      group: `${relation.oid} insert ${which}`,
      deed: "insert" as const,
      object: relationObject(material),
      relation: relation.oid,
      ordinary: true,
      steps: rows.map((row) => insertText(relation, [row])),
      effect: counted(material, ">"),
    }));
  });
}

function updates(material: Material): Trial[] {
  const { relation, existing, drafts, plain } = material;
  return plain.flatMap((column) => {
    const values = new Set(drafts.slice(0, 12).map((draft) => draft.get(column) ?? null));
    const rows = existing.length === 0 ? [new Map<string, null>()] : existing.slice(0, 2);
    const trials = rows.flatMap((row) =>
      [...new Set([...values, ...comparedWith(material, row, column)])]
        .filter((value) => value !== null)
        .map((value): Trial => ({
          group: `${relation.oid} update ${column}`,
          deed: "update" as const,
          object: columnObject(material, column),
          relation: relation.oid,
          ordinary: true,
          steps: [
            `UPDATE ${relationText(relation)} SET ${escapeIdentifier(column)} = ${literal(value)}${whereRow(material, row)}`,
          ],
          ...changes(material, row, column, value),
        })),
    );
    return [
      ...trials.filter(({ effect }) => effect !== undefined),
      ...trials.filter(({ effect }) => effect === undefined),
    ];
  });
}

/** With whether the column still holds what it held before it was given another value. */
function changes(
  material: Material,
  row: Draft,
  column: string,
  value: string,
): { effect?: Trial["effect"] } {
  const { relation, columns, key } = material;
  const was = row.get(column);
  const type = columns.find(({ name }) => name === column)?.typeText ?? "";
  if (was === undefined || was === value || key.includes(column) || !comparable.test(type)) return {};
  const name = escapeIdentifier(column);
  const there = `${relationText(relation)}${whereRow(material, row)} AND ${name} IS DISTINCT FROM ${literal(was)}`;
  return { effect: { then: `SELECT EXISTS (SELECT FROM ${there})` } };
}

/** With whether there are more or fewer rows than there were before. */
function counted({ relation }: Material, than: ">" | "<"): Trial["effect"] {
  const count = `SELECT count(*) FROM ${relationText(relation)}`;
  return {
    first: `SELECT pg_catalog.set_config('knowngood.count', (${count})::text, true)`,
    then: `SELECT (${count}) ${than} pg_catalog.current_setting('knowngood.count')::bigint`,
  };
}

/** What stands beside a column in the same row, since conditions compare the two. */
function comparedWith({ columns }: Material, row: Draft, column: string): (string | null)[] {
  const type = columns.find(({ name }) => name === column)?.type;
  const others = columns.filter((other) => other.name !== column && other.type === type);
  return others.slice(0, 3).map(({ name }) => row.get(name) ?? null);
}

function deletes(material: Material): Trial[] {
  const { relation, existing } = material;
  const rows = existing.length === 0 ? [new Map<string, null>()] : existing.slice(-mostRows);
  return rows.map((row) => ({
    group: `${relation.oid} delete`,
    deed: "delete",
    object: relationObject(material),
    relation: relation.oid,
    ordinary: true,
    steps: [`DELETE FROM ${relationText(relation)}${whereRow(material, row)}`],
    effect: counted(material, "<"),
  }));
}

/** Picks one row by its key. */
export function whereRow({ key }: Material, row: Draft): string {
  if (key.length === 0) return "";
  const conditions = key.map((name) => {
    const value = row.get(name) ?? null;
    return value === null
      ? `${escapeIdentifier(name)} IS NULL`
      : `${escapeIdentifier(name)} = ${literal(value)}`;
  });
  return ` WHERE ${conditions.join(" AND ")}`;
}
