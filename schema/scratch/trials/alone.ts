import { escapeIdentifier } from "pg";
import type { SqlSource } from "../../gap";
import type { Catalog } from "../../snapshot/catalog";
import { cut } from "../../static/pieces";
import type { Draft } from "../rows/drafts";
import type { Filled } from "../rows/fill";
import type { TableRows } from "../rows/readRows";
import { insertText, literal, relationText } from "../sqlText";
import type { Material } from "./material";
import { relationObject } from "./ordinary";
import type { Trial } from "./trial";

/** Settings of the session: the statements by which made-up rows are put away, and the tables that keep their last. */
const putAway = "knowngood.put_away";
const keeping = "knowngood.keeping";

/**
 * Inserts of the fewest columns where tables hold nothing but what migrations put there, and the rows that are referred
 * to. A row that was made up can by chance be the one that a new default, or a trigger, looks for: nobody
 * knows whether the real table has it.
 */
export function aloneTrials(materials: readonly Material[], filled: Filled): Trial[] {
  return materials.flatMap((material): Trial[] => {
    const { relation, drafts, required } = material;
    if (relation.partitionBound !== null) return [];
    const rows = [drafts[0], ...drafts.slice(likeNone, likeNone + 2)].flatMap((draft) =>
      draft === undefined ? [] : referringToLast(material, draft, filled),
    );
    return rows.map((row) => ({
      group: `${relation.oid} insert alone`,
      deed: "insert",
      object: relationObject(material),
      relation: relation.oid,
      ordinary: true,
      prepare: prepareText(material),
      steps: [insertText(relation, [new Map([...row].filter(([name]) => required.includes(name)))])],
    }));
  });
}

/** The first of a table's drafts that is not like a row that is there. */
const likeNone = 3;

function prepareText({ plan }: Material): string {
  const kept = plan.references.map(({ parent }) => `,${parent.oid},`).join("");
  return `DO LANGUAGE plpgsql $knowngood$ BEGIN
    PERFORM pg_catalog.set_config('${keeping}', '${kept}', true);
    EXECUTE pg_catalog.current_setting('${putAway}');
  END $knowngood$`;
}

/** By what a row can come to look for another: a reference, or something that runs by itself. */
const looking =
  /\b(references|trigger|rule|function|procedure|execute)\b|\bdefault\s+(?!now\b|nextval\b|gen_random_uuid\b)[\w."]+\s*\(/i;

/** Whether a gap can make old code's rows depend on others; if not, nobody need try them alone. */
export function canLookElsewhere(ahead: readonly SqlSource[]): boolean {
  return ahead.some(
    ({ sql }) =>
      looking.test(sql) &&
      cut(sql).pieces.some(({ start, end }) => {
        const statement = sql.slice(start, end);
        // Old code writes no rows to a table that it does not know.
        return looking.test(statement) && !/^create\s+(?:unlogged\s+)?table\b/i.test(statement);
      }),
  );
}

/** Makes a row refer to the last row of each table that it refers to, which stays. */
function referringToLast({ plan }: Material, draft: Draft, { tables }: Filled): Draft {
  const row = new Map(draft);
  for (const { columns, parent, referenced } of plan.references) {
    const known = tables.get(parent.oid);
    const last = known?.rows.at(-1);
    if (known === undefined || last === undefined) continue;
    columns.forEach((name, at) => {
      const value = last[known.columns.indexOf(referenced[at] ?? "")];
      if ((row.get(name) ?? null) !== null && value !== undefined) row.set(name, value);
    });
  }
  return row;
}

/**
 * Keeps in the session how made-up rows are put away, without triggers and foreign keys, which only a superuser may.
 * What the gap itself may have put in, and found there, stays.
 */
export function putAwayText(
  materials: readonly Material[],
  { tables, shipped }: Filled,
  catalog: Catalog,
  ahead: readonly SqlSource[],
): string {
  const words = new Map<string, Set<string>>();
  for (const { sql } of ahead)
    for (const { start, end } of cut(sql).pieces) noteInserted(sql.slice(start, end), words);
  const deletes = materials.flatMap(({ relation, key }) => {
    const known = tables.get(relation.oid);
    if (known === undefined || key.length === 0 || catalog.relation(relation.oid) === undefined) return [];
    const kept = new Set(keysOf(shipped.get(relation.oid), key).map((one) => JSON.stringify(one)));
    const inserted = words.get(relation.name) ?? new Set();
    const all = keysOf(known, key);
    const own = all.filter(
      (values) => !kept.has(JSON.stringify(values)) && !values.every((value) => inserted.has(value ?? "")),
    );
    if (own.length === 0) return [];
    const names = `(${key.map((name) => `${escapeIdentifier(name)}::text`).join(", ")})`;
    const row = (values: readonly (string | null)[]) => `(${values.map(literal).join(", ")})`;
    const isKept = `pg_catalog.strpos(pg_catalog.current_setting('${keeping}'), ',${relation.oid},') > 0 AND ${names} = ${row(all.at(-1) ?? [])}`;
    // Where the gap has renamed something, the rows stay.
    return `BEGIN DELETE FROM ${relationText(relation)} WHERE ${names} IN (${own.map(row).join(", ")}) AND NOT (${isKept}); EXCEPTION WHEN OTHERS THEN NULL; END;`;
  });
  const block = `BEGIN SET LOCAL session_replication_role = replica; ${deletes.join(" ")} SET LOCAL session_replication_role = origin; END`;
  return `SELECT pg_catalog.set_config('${putAway}', ${literal(`DO LANGUAGE plpgsql ${literal(block)}`)}, false)`;
}

function keysOf(rows: TableRows | undefined, key: readonly string[]): (string | null)[][] {
  const places = key.map((name) => rows?.columns.indexOf(name) ?? -1);
  return (rows?.rows ?? []).map((row) => places.map((place) => row[place] ?? null));
}

/** All that a statement which puts rows in could put there, by the table's bare name. */
function noteInserted(statement: string, words: Map<string, Set<string>>): void {
  const into = /\b(?:insert|merge)\s+into\s+(?:only\s+)?(?:(?:"[^"]+"|[\w$]+)\s*\.\s*)?("[^"]+"|[\w$]+)/gi;
  for (const [, table = ""] of statement.matchAll(into)) {
    const name = table.startsWith('"') ? table.slice(1, -1) : table.toLowerCase();
    const known = words.get(name) ?? new Set<string>();
    for (const [word] of statement.matchAll(/[\p{L}\p{N}_-]+/gu)) known.add(word);
    for (const [, text = ""] of statement.matchAll(/'((?:[^']|'')*)'/g))
      known.add(text.replaceAll("''", "'"));
    words.set(name, known);
  }
}
