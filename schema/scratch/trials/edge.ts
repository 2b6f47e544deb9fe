import { escapeIdentifier } from "pg";
import type { Catalog } from "../../snapshot/catalog";
import type { ColumnFacts } from "../../snapshot/snapshot";
import { insertText, literal, relationText } from "../sqlText";
import { isTable, type Material } from "./material";
import { columnObject, relationObject, whereRow } from "./ordinary";
import type { Trial } from "./trial";

/** What only some code does, and what could not fail before. */
export function edgeTrials(material: Material, catalog: Catalog): Trial[] {
  const writable = isTable(material.relation) || (material.relation.writable & 8) > 0;
  return [
    ...material.columns.flatMap((column) => readings(material, column)),
    ...(writable ? writings(material, catalog) : []),
    ...(isTable(material.relation) ? onTables(material) : []),
  ];
}

function readings(material: Material, column: ColumnFacts): Trial[] {
  const from = relationText(material.relation);
  const name = escapeIdentifier(column.name);
  const value = material.existing.find((row) => (row.get(column.name) ?? null) !== null)?.get(column.name);
  const uses = [`SELECT 1 FROM ${from} ORDER BY ${name}`, `SELECT count(*) FROM ${from} GROUP BY ${name}`];
  const { typeText } = column;
  if (/^(text|character|citext)/.test(typeText))
    uses.push(`SELECT ${name} || 'x' FROM ${from} WHERE ${name} LIKE 'a%'`);
  if (/^(smallint|integer|bigint|numeric|real|double)/.test(typeText))
    uses.push(`SELECT ${name} + 1, sum(${name}) OVER () FROM ${from} WHERE ${name} > 0`);
  if (/^(date|timestamp)/.test(typeText)) uses.push(`SELECT ${name} + interval '1 day' FROM ${from}`);
  if (typeText === "boolean") uses.push(`SELECT 1 FROM ${from} WHERE ${name}`);
  if (value !== undefined && value !== null)
    uses.push(`SELECT 1 FROM ${from} WHERE ${name} = ${literal(value)}`);
  return uses.map((step, place) => ({
    group: `${material.relation.oid} use ${column.name} ${place}`,
    deed: "edge",
    object: columnObject(material, column.name),
    relation: material.relation.oid,
    ordinary: false,
    steps: [step],
  }));
}

function writings(material: Material, catalog: Catalog): Trial[] {
  const { relation, drafts, plain, existing, plan } = material;
  const [draft] = drafts;
  if (draft === undefined) return [];
  const edge = (what: string, column: string | undefined, step: string): Trial => ({
    group: `${relation.oid} ${what} ${column ?? ""}`,
    deed: "edge",
    object: column === undefined ? relationObject(material) : columnObject(material, column),
    relation: relation.oid,
    ordinary: false,
    steps: [step],
  });
  const values = plan.columns
    .filter(({ name }) => plain.includes(name))
    .flatMap(({ name, facts, nullable }) => [
      ...(nullable ? [edge("null", name, insertText(relation, [new Map(draft).set(name, null)]))] : []),
      ...extremes(facts).map((value, place) =>
        edge(`extreme ${place}`, name, insertText(relation, [new Map(draft).set(name, value)])),
      ),
      ...[...new Set(existing.map((row) => row.get(name) ?? null))]
        .filter((value) => value !== null)
        .slice(0, 2)
        .map((value, place) =>
          edge(`again ${place}`, name, insertText(relation, [new Map(draft).set(name, value)])),
        ),
    ]);
  const numbered = plan.columns
    .filter((column) => column.numbered && column.plain)
    .map(({ name }) => edge("explicit", name, insertText(relation, [new Map(draft).set(name, "31000")])));
  return [
    ...values,
    ...numbered,
    ...onConflict(material, catalog).map((tail, place) =>
      edge(`conflict ${place}`, undefined, `${insertText(relation, [draft])} ${tail}`),
    ),
    edge("unnamed", undefined, unnamed(material)),
    {
      ...edge("returning", undefined, ""),
      steps: [
        `${insertText(relation, [draft])} RETURNING ROW(${[...draft.keys()].map(escapeIdentifier).join(", ")})::text`,
      ],
      answers: draft.size > 0,
    },
  ];
}

/** Values at the limits of a type. */
function extremes({ typeText, typmod }: ColumnFacts): string[] {
  switch (true) {
    case /^character( varying)?\(/.test(typeText):
      return ["", "m".repeat(Math.min(10_000, typmod - 4))];
    case /^(text|citext|character varying)/.test(typeText):
      return ["", "m".repeat(5000)];
    case typeText === "smallint":
      return ["0", "-1", "32767"];
    case typeText === "integer":
      return ["0", "-1", "2147483647"];
    case typeText === "bigint":
      return ["0", "-1", "9223372036854775807"];
    case /^numeric/.test(typeText): {
      const [, precision, scale = "0"] = /\((\d+),?(\d+)?\)/.exec(typeText) ?? [];
      if (precision === undefined) return ["0", "-1", "123456789012345678901234567890.123456789"];
      const whole = "9".repeat(Number(precision) - Number(scale)) || "0";
      return ["0", "-0.1", Number(scale) === 0 ? whole : `${whole}.${"9".repeat(Number(scale))}`];
    }
    case /^(real|double)/.test(typeText):
      return ["0", "-1", "NaN"];
    case /^timestamp/.test(typeText):
      return ["2000-01-01 00:00:00", "2099-12-31 23:59:59.999999"];
    case typeText === "date":
      return ["2000-01-01", "2099-12-31"];
    case typeText === "boolean":
      return ["true", "false"];
    case typeText === "json" || typeText === "jsonb":
      return ["null", '{"a": 1, "a": 2}'];
    default:
      return [];
  }
}

function onConflict({ relation, plan, drafts }: Material, catalog: Catalog): string[] {
  const [draft] = drafts;
  const settable = [...(draft?.keys() ?? [])][0];
  const nameAt = new Map(plan.columns.map(({ facts, name }) => [facts.number, name]));
  return [
    "ON CONFLICT DO NOTHING",
    ...catalog.uniqueIndexesOf(plan.relation.oid).flatMap(({ columns, predicate, constraint }) => {
      const names = columns.map((number) => nameAt.get(number));
      if (names.some((name) => name === undefined)) return [];
      const list = names.map((name) => escapeIdentifier(name ?? "")).join(", ");
      const target = `(${list})${predicate === null ? "" : ` WHERE ${predicate}`}`;
      return [
        `ON CONFLICT ${target} DO NOTHING`,
        ...(settable === undefined
          ? []
          : [
              `ON CONFLICT ${target} DO UPDATE SET ${escapeIdentifier(settable)} = EXCLUDED.${escapeIdentifier(settable)}`,
            ]),
        ...(constraint === null || !isTable(relation)
          ? []
          : [`ON CONFLICT ON CONSTRAINT ${escapeIdentifier(constraint)} DO NOTHING`]),
      ];
    }),
  ];
}

/** Values in the order of the columns, as code without a column list writes them. */
function unnamed({ relation, columns, drafts }: Material): string {
  const values = columns.map(({ name }) =>
    drafts[0]?.has(name) === true ? literal(drafts[0].get(name) ?? null) : "DEFAULT",
  );
  return `INSERT INTO ${relationText(relation)} VALUES (${values.join(", ")})`;
}

function onTables(material: Material): Trial[] {
  const { relation, existing } = material;
  const name = relationText(relation);
  const last = existing.at(-1);
  return [
    `TRUNCATE ${name} CASCADE`,
    `SELECT 1 FROM ${name} FOR UPDATE`,
    `LOCK TABLE ${name}`,
    ...(last === undefined ? [] : [`SELECT 1 FROM ${name}${whereRow(material, last)} FOR UPDATE`]),
    ...existing.slice(0, 4).map((row) => `DELETE FROM ${name}${whereRow(material, row)}`),
  ].map((step, place) => ({
    group: `${relation.oid} table ${place}`,
    deed: "edge",
    object: relationObject(material),
    relation: relation.oid,
    ordinary: false,
    steps: [step],
  }));
}
