import { keyed, type Sides } from "./catalog";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { written } from "./words";

/** Schemas that old code can name. */
export function compareSchemas({ before, after }: Sides): StructuralFinding[] {
  const names = new Set(after.facts.schemas.map(({ name }) => name));
  const byOid = new Map(after.facts.schemas.map((schema) => [schema.oid, schema.name]));
  return before.facts.schemas
    .filter(({ name }) => !names.has(name))
    .map(({ oid, name }) => {
      const now = byOid.get(oid);
      const object = { kind: "schema", name } as const;
      return now === undefined
        ? structuralFinding(
            "schema-dropped",
            object,
            `The schema ${name} is gone; release code that names it gets an error.`,
          )
        : structuralFinding(
            "schema-renamed",
            object,
            `The schema ${name} is called ${now} now; release code that names it gets an error.`,
            {
              remedy: `ALTER SCHEMA ${now} RENAME TO ${name}.`,
            },
          );
    });
}

/** Extensions by what they are, not by what they hold. */
export function compareExtensions({ before, after }: Sides): StructuralFinding[] {
  const now = keyed(after.facts.extensions, ({ name }) => name);
  return before.facts.extensions.flatMap((old) => {
    const object = { kind: "extension", name: old.name } as const;
    const found = now.get(old.name);
    if (found === undefined)
      return structuralFinding(
        "extension-dropped",
        object,
        `The extension ${old.name} is gone with all that it held; release code that uses it gets an error.`,
        {
          remedy: `CREATE EXTENSION ${old.name}.`,
        },
      );
    const differences = [
      found.version === old.version ? [] : [`has the version ${found.version}, before ${old.version}`],
      found.schema === old.schema ? [] : [`is in the schema ${found.schema}, before in ${old.schema}`],
    ].flat();
    if (differences.length === 0) return [];
    return structuralFinding(
      "extension-changed",
      object,
      `The extension ${old.name} ${differences.join(" and ")}.`,
    );
  });
}

/** Operators that migrations made. */
export function compareOperators({ before, after }: Sides): StructuralFinding[] {
  const key = ({ schema, name, operands, result }: Sides["before"]["facts"]["operators"][number]) =>
    `${schema}.${name} (${operands}) ${result}`;
  const now = new Set(after.facts.operators.map(key));
  return before.facts.operators
    .filter((old) => !now.has(key(old)))
    .map((old) =>
      structuralFinding(
        "operator-dropped",
        { kind: "other", schema: old.schema, name: old.name },
        `The operator ${written(old)} (${old.operands}) is gone or gives another type; release code that uses it gets an error.`,
      ),
    );
}

/** What statements name beside tables and functions: how texts are searched and sorted. */
export function compareLookups({ before, after }: Sides): StructuralFinding[] {
  const key = ({ kind, schema, name }: Sides["before"]["facts"]["lookups"][number]) =>
    `${kind} ${schema}.${name}`;
  const now = new Set(after.facts.lookups.map(key));
  return before.facts.lookups
    .filter((old) => !now.has(key(old)))
    .map((old) =>
      structuralFinding(
        "lookup-dropped",
        { kind: "other", schema: old.schema, name: old.name },
        `The ${old.kind} ${written(old)} is gone under that name; release code that names it gets an error.`,
      ),
    );
}

/** Casts that migrations made. */
export function compareCasts({ before, after }: Sides): StructuralFinding[] {
  const key = ({ source, target }: { source: string; target: string }) => `${source} AS ${target}`;
  const olds = keyed(before.facts.casts, key);
  const news = keyed(after.facts.casts, key);
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((name) => {
    const old = olds.get(name);
    const now = news.get(name);
    const object = { kind: "other", name } as const;
    if (now === undefined)
      return structuralFinding(
        "cast-dropped",
        object,
        `The cast (${name}) is gone; release code that relies on it gets an error.`,
      );
    // Who casts outright must name the cast, which old code could not.
    if (old === undefined && now.context === "e") return [];
    if (old?.context === now.context && old.function === now.function) return [];
    return structuralFinding(
      "cast-changed",
      object,
      `The cast (${name}) ${old === undefined ? "is new and applies by itself" : "applies in another way"}.`,
    );
  });
}

/** Roles that old code can log in as or be granted through. */
export function compareRoles({ before, after }: Sides): StructuralFinding[] {
  const names = new Set(after.facts.roles.map(({ name }) => name));
  return before.facts.roles
    .filter(({ name }) => !names.has(name))
    .map(({ oid, name }) => {
      const now = after.role(oid)?.name;
      return structuralFinding(
        "role-dropped",
        { kind: "role", name },
        `The role ${name} is ${now === undefined ? "gone" : `called ${now} now`}; release code that logs in as it gets an error.`,
      );
    });
}
