import { keyed, nameKey, type Sides } from "./catalog";
import { comparePrivileges, granteesOf, holds, type Guarded } from "./privileges";
import { pairsOf } from "./relations";
import { routineName, routineWritten } from "./routineName";
import type { RelationFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { partName, relationName, written } from "./words";

/** The privileges on all that has the same name on both sides. */
export function comparePrivilegesOnAll(sides: Sides): StructuralFinding[] {
  const all = [
    ...onDatabase(sides),
    ...onSchemas(sides),
    ...onRelations(sides),
    ...onColumns(sides),
    ...onSequences(sides),
    ...onRoutines(sides),
    ...onTypes(sides),
  ];
  return [...all.flatMap((guarded) => comparePrivileges(guarded, sides)), ...throughViews(sides)];
}

/** Views that read with their reader's rights now: what that reader must be granted is named in their definition. */
function throughViews(sides: Sides): StructuralFinding[] {
  return pairsOf(sides).flatMap(({ before, after }) => {
    if (before.kind !== "v" || after.kind !== "v" || readsAsReader(before) || !readsAsReader(after))
      return [];
    const read = sides.after.facts.relations.filter(({ schema, name }) =>
      (after.definition ?? "").includes(`${quoted(schema)}.${quoted(name)}`),
    );
    return granteesOf(before, "SELECT", sides.before).flatMap((role) =>
      read
        .filter((relation) => !holds(role.oid, "SELECT", relation, [], sides.after))
        .map((relation) =>
          structuralFinding(
            "privilege-revoked",
            relationName(before),
            `${written(before)} reads with the rights of ${role.name} now, which has no SELECT on ${written(relation)}; release code that reads it gets an error.`,
            {
              remedy: `ALTER VIEW ${written(before)} SET (security_invoker = false), or GRANT SELECT ON ${written(relation)} TO ${role.name}.`,
            },
          ),
        ),
    );
  });
}

const readsAsReader = ({ options }: RelationFacts) =>
  (options ?? []).some((option) => /^security_invoker=(true|on|1|yes)$/i.test(option));

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** CONNECT above all, without which nobody gets in. */
function onDatabase({ before, after }: Sides): Guarded[] {
  const [old] = before.facts.database;
  const [now] = after.facts.database;
  if (old === undefined || now === undefined) return [];
  return [
    {
      object: { kind: "other", name: "database" },
      name: "the database",
      usual: ["CONNECT", "TEMPORARY"],
      owners: ["CONNECT", "TEMPORARY", "CREATE"],
      before: old,
      after: now,
    },
  ];
}

function onSchemas({ before, after }: Sides): Guarded[] {
  const now = keyed(after.facts.schemas, ({ name }) => name);
  return before.facts.schemas.flatMap((old) => {
    const found = now.get(old.name);
    if (found === undefined) return [];
    return [
      {
        object: { kind: "schema", name: old.name },
        name: `SCHEMA ${old.name}`,
        usual: [],
        owners: ["USAGE", "CREATE"],
        before: old,
        after: found,
      },
    ];
  });
}

function onRelations(sides: Sides): Guarded[] {
  return pairsOf(sides).map(({ before, after }) => {
    const now = keyed(sides.after.columnsOf(after.oid), ({ name }) => name);
    const columns = sides.before.columnsOf(before.oid).map(({ name }) => now.get(name)?.grants ?? null);
    return {
      object: relationName(before),
      name: written(before),
      usual: [],
      owners: ["SELECT", "INSERT", "UPDATE", "DELETE"],
      before,
      after: { ...after, columns },
    };
  });
}

/** Columns with grants of their own; a table's hold for its columns and are told of the table. */
function onColumns(sides: Sides): Guarded[] {
  return pairsOf(sides).flatMap((pair) => {
    const now = keyed(sides.after.columnsOf(pair.after.oid), ({ name }) => name);
    return sides.before.columnsOf(pair.before.oid).flatMap((old) => {
      const found = now.get(old.name);
      if (old.grants === null || found === undefined) return [];
      return [
        {
          object: partName("column", pair.before, old.name),
          name: written(pair.before, old.name),
          usual: [],
          owners: [],
          before: { owner: pair.before.owner, grants: old.grants, outer: pair.before },
          after: { owner: pair.after.owner, grants: found.grants, outer: pair.after },
        },
      ];
    });
  });
}

function onSequences({ before, after }: Sides): Guarded[] {
  const now = keyed(after.facts.sequences, nameKey);
  return before.facts.sequences.flatMap((old) => {
    const found = now.get(nameKey(old));
    if (found === undefined) return [];
    const object = { kind: "sequence", schema: old.schema, name: old.name } as const;
    const name = `SEQUENCE ${written(old)}`;
    return [{ object, name, usual: [], owners: ["USAGE", "SELECT", "UPDATE"], before: old, after: found }];
  });
}

function onRoutines({ before, after }: Sides): Guarded[] {
  const now = keyed(after.facts.routines, routineWritten);
  return before.facts.routines.flatMap((old) => {
    const found = now.get(routineWritten(old));
    if (found === undefined) return [];
    const name = `${old.kind === "p" ? "PROCEDURE" : "FUNCTION"} ${routineWritten(old)}`;
    const execute = ["EXECUTE"];
    return [{ object: routineName(old), name, usual: execute, owners: execute, before: old, after: found }];
  });
}

function onTypes({ before, after }: Sides): Guarded[] {
  const now = keyed(
    after.facts.types.filter(({ own }) => own),
    nameKey,
  );
  return before.facts.types
    .filter(({ own }) => own)
    .flatMap((old) => {
      const found = now.get(nameKey(old));
      if (found === undefined) return [];
      const object = { kind: "type", schema: old.schema, name: old.name } as const;
      const usage = ["USAGE"];
      const name = `TYPE ${written(old)}`;
      return [{ object, name, usual: usage, owners: usage, before: old, after: found }];
    });
}
