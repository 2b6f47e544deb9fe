import { nameKey, type Catalog, type Sides } from "./catalog";
import type { SettingFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, plain } from "./words";

/** What ALTER DATABASE … SET and ALTER ROLE … SET give a session of old code. */
export function compareSettings(sides: Sides): StructuralFinding[] {
  const olds = new Map(sides.before.facts.settings.map((setting) => [keyOf(setting), setting]));
  const news = new Map(sides.after.facts.settings.map((setting) => [keyOf(setting), setting]));
  return [...new Set([...olds.keys(), ...news.keys()])].flatMap((key) => {
    const old = olds.get(key);
    const now = news.get(key);
    const either = now ?? old;
    if (either === undefined || old?.value === now?.value || isOfNewRole(either, sides)) return [];
    return either.name === "search_path"
      ? searchPathFindings(either, old, now, sides)
      : [changed(either, old, now, sides)];
  });
}

const keyOf = ({ role, here, name }: SettingFacts) => `${role} ${here} ${name}`;

const isOfNewRole = ({ role }: SettingFacts, { before }: Sides) =>
  role !== 0 && before.role(role) === undefined;

const objectOf = ({ role }: SettingFacts, { after }: Sides) =>
  role === 0
    ? ({ kind: "other", name: "database" } as const)
    : ({ kind: "role", name: after.role(role)?.name ?? "role" } as const);

const whose = ({ role }: SettingFacts, { after }: Sides) =>
  role === 0 ? "the database" : (after.role(role)?.name ?? "a role");

function changed(
  either: SettingFacts,
  old: SettingFacts | undefined,
  now: SettingFacts | undefined,
  sides: Sides,
): StructuralFinding {
  return structuralFinding(
    "setting-changed",
    objectOf(either, sides),
    `${either.name} of ${whose(either, sides)} is ${now?.value ?? "the server's"}, before ${old?.value ?? "the server's"}.`,
  );
}

function searchPathFindings(
  either: SettingFacts,
  old: SettingFacts | undefined,
  now: SettingFacts | undefined,
  sides: Sides,
): StructuralFinding[] {
  const role = either.role === 0 ? undefined : sides.before.role(either.role)?.name;
  const before = schemasIn(old?.value ?? sides.before.facts.searchPath, role);
  const after = schemasIn(now?.value ?? sides.before.facts.searchPath, role);
  const elsewhere = namesLedElsewhere(before, after, sides);
  if (elsewhere.length === 0) return [changed(either, old, now, sides)];
  return [
    structuralFinding(
      "search-path-changed",
      objectOf(either, sides),
      `The search path of ${whose(either, sides)} is ${after.join(", ")}, before ${before.join(", ")}; without a schema, ${listed(elsewhere)} no longer ${elsewhere.length === 1 ? "leads" : "lead"} where release code expects.`,
      {
        remedy: `Set it back: ALTER ${role === undefined ? "DATABASE" : `ROLE ${role}`} … SET search_path = ${before.join(", ")}.`,
      },
    ),
  ];
}

function schemasIn(path: string, role: string | undefined): string[] {
  return path
    .split(",")
    .map((name) => name.trim().replace(/^"(.*)"$/, "$1"))
    .flatMap((name) => (name === "$user" ? (role ?? []) : name));
}

/** Relations, sequences, functions and types that a name alone led to before, and now leads nowhere or to another. */
function namesLedElsewhere(before: readonly string[], after: readonly string[], sides: Sides): string[] {
  const names = (catalog: Catalog) => [
    catalog.facts.relations,
    catalog.facts.sequences,
    catalog.facts.routines,
    // For all that they hold.
    catalog.facts.extensions,
    catalog.facts.types.filter(({ own }) => own),
  ];
  const then = names(sides.before);
  const now = names(sides.after);
  return then.flatMap((facts, kind) => {
    const known = new Set(facts.map(nameKey));
    const still = new Set((now[kind] ?? []).map(nameKey));
    const led = (name: string, path: readonly string[], all: Set<string>) =>
      path.find((schema) => all.has(nameKey({ schema, name })));
    return [...new Set(facts.map(({ name }) => name))]
      .filter((name) => {
        const schema = led(name, before, known);
        // What is gone from its schema is told by itself.
        return (
          schema !== undefined && still.has(nameKey({ schema, name })) && led(name, after, still) !== schema
        );
      })
      .map(plain);
  });
}
