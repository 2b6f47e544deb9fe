import { escapeIdentifier } from "pg";
import type { Catalog } from "../../snapshot/catalog";
import type { RelationFacts, RoutineFacts, SequenceFacts } from "../../snapshot/snapshot";
import type { ScratchDatabase } from "../scratchDatabase";
import { valueText } from "../rows/values";
import { literal, relationText } from "../sqlText";
import type { Trial } from "./trial";

/** Values for one argument, likeliest first. */
const tries = [0, 1, 51];

/** Calls of functions and procedures, by position and by name, with arguments as they come and with their types. */
export async function routineTrials(
  { query }: Pick<ScratchDatabase, "query">,
  routines: readonly RoutineFacts[],
  catalog: Catalog,
  known: ReadonlyMap<string, readonly string[]>,
): Promise<Trial[]> {
  const callable = routines.filter(
    ({ kind, result }) =>
      kind !== "w" && !/^(trigger|event_trigger|internal|language_handler)$/.test(result ?? ""),
  );
  const texts = [...new Set(callable.flatMap((routine) => routine.arguments))];
  const types = new Map<string, number>();
  if (texts.length > 0)
    for (const { text, oid } of await query<{ text: string; oid: string | null }>(
      "SELECT t AS text, to_regtype(t)::oid::text AS oid FROM unnest($1::text[]) t",
      [texts],
    ))
      types.set(text, Number(oid ?? 0));
  return callable.flatMap((routine) => callsOf(routine, catalog, types, known));
}

function callsOf(
  routine: RoutineFacts,
  catalog: Catalog,
  types: ReadonlyMap<string, number>,
  known: ReadonlyMap<string, readonly string[]>,
): Trial[] {
  const { schema, name, kind, argumentNames, defaults } = routine;
  const given = routine.arguments;
  const call = kind === "p" ? "CALL" : "SELECT * FROM";
  const head = `${call} ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  const named = given.length > 0 && given.every((_, place) => (argumentNames?.[place] ?? "") !== "");
  const trial = (way: string, list: readonly string[], ordinary = true): Trial => ({
    group: `routine ${routine.oid} ${way}`,
    deed: "call",
    object: { kind: "function", schema, name, args: given.join(", ") },
    ordinary,
    steps: [
      kind === "a"
        ? `SELECT ${escapeIdentifier(schema)}.${escapeIdentifier(name)}(${list.join(", ")})`
        : `${head}(${list.join(", ")})`,
    ],
  });
  return tries.flatMap((row, attempt) => {
    const values = given.map((type, place) => {
      const here = known.get(type);
      const usual = valueText(
        {
          type: types.get(type) ?? 0,
          typmod: -1,
          row,
          salt: `${name}.${argumentNames?.[place] ?? place}`,
          style: "words",
        },
        catalog,
      );
      return (attempt === 1 ? here?.[0] : undefined) ?? usual ?? null;
    });
    const typed = values.map((value, place) => `${literal(value)}::${given[place] ?? "text"}`);
    const natural = values.map((value, place) =>
      /^(smallint|integer|bigint|numeric)$/.test(given[place] ?? "") && value !== null
        ? value
        : literal(value),
    );
    return [
      trial("typed", typed),
      trial("natural", natural),
      ...(defaults > 0 ? [trial("defaults", natural.slice(0, given.length - defaults))] : []),
      ...(named
        ? [
            trial(
              "named",
              typed.map((text, place) => `${escapeIdentifier(argumentNames?.[place] ?? "")} => ${text}`),
              false,
            ),
          ]
        : []),
    ];
  });
}

export function sequenceTrials(sequences: readonly SequenceFacts[], catalog: Catalog): Trial[] {
  return sequences.map((sequence) => ({
    ...withinOwner(catalog.relation(sequence.ownerRelation)),
    group: `sequence ${sequence.oid}`,
    deed: "number",
    object: { kind: "sequence", schema: sequence.schema, name: sequence.name },
    ordinary: !sequence.ofIdentity,
    steps: [`SELECT pg_catalog.nextval(${literal(relationText(sequence))})`],
  }));
}

function withinOwner(owner: RelationFacts | undefined): Pick<Trial, "within"> {
  return owner === undefined ? {} : { within: { kind: "relation", schema: owner.schema, name: owner.name } };
}
