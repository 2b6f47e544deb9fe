import type { ObjectName } from "../objectName";
import type { Catalog, Sides } from "./catalog";
import { forRole } from "./forRole";
import { routineName, routineWritten } from "./routineName";
import { sessionsOf, type SearchPath, type Session } from "./sessions";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { listed, plain, written } from "./words";

/**
 * Names that old code writes without a schema: whether they still lead where they led. A search path can have changed,
 * and something new can stand in a schema that comes before the old one's.
 */
export function compareNames(sides: Sides): StructuralFinding[] {
  const sessions = sessionsOf(sides).map((session) => ({ session, led: ledElsewhere(session, sides) }));
  const pathKept = sessions.filter(({ session }) => !pathChanged(session));
  return [...pathFindings(sessions, sides), ...shadowed(pathKept, sides)];
}

const pathChanged = ({ before, after }: Session) => before.text.join() !== after.text.join();

/** An old object, and the schema in which its name leads to another one now; undefined for nowhere. */
interface Led {
  object: ObjectName;
  name: string;
  to: string | undefined;
}

interface SessionLed {
  session: Session;
  led: readonly Led[];
}

/** What can be found by a name alone, each kind under the names that stand in each other's way. */
interface NameSpace {
  kind: ObjectName["kind"];
  olds: readonly Named[];
  /** Keys of all that is there: old ones, and new ones that take the name although no statement could mean them. */
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
  /** Keys, without a schema, of what is new: along a path that stayed, these alone can lead elsewhere. */
  come: ReadonlySet<string>;
}

interface Named {
  schema: string;
  name: string;
  key: string;
  object: ObjectName;
}

function ledElsewhere(session: Session, sides: Sides): Led[] {
  const samePath = session.before.schemas.join() === session.after.schemas.join();
  return nameSpaces(sides).flatMap(({ olds, before, after, come }) =>
    olds.flatMap(({ schema, name, key, object }) => {
      if (samePath && !come.has(key)) return [];
      if (leadsTo(key, session.before, before) !== schema) return [];
      // What is gone from its schema is told by itself.
      if (!after.has(`${schema}\u0000${key}`)) return [];
      const to = leadsTo(key, session.after, after);
      return to === schema ? [] : [{ object, name, to }];
    }),
  );
}

const leadsTo = (key: string, { schemas }: SearchPath, there: ReadonlySet<string>) =>
  schemas.find((schema) => there.has(`${schema}\u0000${key}`));

const spaces = new WeakMap<Sides, NameSpace[]>();

function nameSpaces(sides: Sides): NameSpace[] {
  const known = spaces.get(sides);
  if (known !== undefined) return known;
  const { before, after } = sides;
  const plainly =
    (kind: ObjectName["kind"]) =>
    ({ schema, name }: { schema: string; name: string }): Named => ({
      schema,
      name,
      key: name,
      object: { kind, schema, name },
    });
  const space = (kind: ObjectName["kind"], of: (catalog: Catalog) => Named[], others = of): NameSpace => {
    const now = others(after);
    const keys = keysOf(others(before));
    const come = now.filter(({ schema, key }) => !keys.has(`${schema}\u0000${key}`));
    return {
      kind,
      olds: of(before),
      before: keys,
      after: keysOf(now),
      come: new Set(come.map(({ key }) => key)),
    };
  };
  const relations = ({ facts }: Catalog) => [
    ...facts.relations.map(plainly("relation")),
    ...facts.sequences.map(plainly("sequence")),
  ];
  const made = [
    space("relation", relations, (catalog) => [
      ...relations(catalog),
      ...catalog.facts.indexes.map(plainly("index")),
    ]),
    space("function", ({ facts }) =>
      facts.routines.map((routine) => ({
        schema: routine.schema,
        name: routineWritten({ ...routine, schema: "public" }),
        key: `${routine.name}(${routine.arguments.join(", ")})`,
        object: routineName(routine),
      })),
    ),
    space("type", ({ facts }) => facts.types.filter(({ own }) => own).map(plainly("type"))),
    // For all that they hold.
    space("extension", ({ facts }) =>
      facts.extensions.map((extension) => ({
        ...plainly("extension")(extension),
        object: { kind: "extension", name: extension.name },
      })),
    ),
  ];
  spaces.set(sides, made);
  return made;
}

const keysOf = (all: readonly Named[]) => new Set(all.map(({ schema, key }) => `${schema}\u0000${key}`));

/** Each setting that changed: told with the names that it leads elsewhere, or as a mere setting where there are none. */
function pathFindings(sessions: readonly SessionLed[], sides: Sides): StructuralFinding[] {
  const values = (catalog: Catalog) =>
    new Map(
      catalog.facts.settings
        .filter(({ name }) => name === "search_path")
        .map(({ role, here, value }) => [`${role} ${here}`, value]),
    );
  const olds = values(sides.before);
  const news = values(sides.after);
  const changed = [...new Set([...olds.keys(), ...news.keys()])].filter(
    (key) => olds.get(key) !== news.get(key),
  );
  const owners = [...new Set(changed.map((key) => Number(key.split(" ")[0])))];
  return owners.flatMap((owner) => {
    const role = owner === 0 ? undefined : sides.before.role(owner);
    if (owner !== 0 && role === undefined) return [];
    const own = sessions.filter(({ session }) =>
      owner === 0
        ? [session.before.from, session.after.from].includes(0)
        : session.role?.oid === owner && pathChanged(session),
    );
    // One that another setting goes before gives nobody a path.
    if (own.length === 0) return [];
    const names = [...new Set(own.flatMap(({ led }) => led.map(({ name }) => plain(name))))];
    const [first] = own;
    const before = first?.session.before.text.join(", ") ?? "";
    const after = first?.session.after.text.join(", ") ?? "";
    const whose = role?.name ?? "the database";
    const object: ObjectName =
      role === undefined ? { kind: "other", name: "database" } : { kind: "role", name: role.name };
    const where = `ALTER ${role === undefined ? "DATABASE …" : `ROLE ${role.name}`} SET search_path = ${before}`;
    const finding =
      names.length === 0
        ? structuralFinding(
            "setting-changed",
            object,
            `search_path of ${whose} is ${after}, before ${before}.`,
          )
        : structuralFinding(
            "search-path-changed",
            object,
            `The search path of ${whose} is ${after}, before ${before}; without a schema, ${listed(names)} no longer ${names.length === 1 ? "leads" : "lead"} where release code expects.`,
            { remedy: `Set it back: ${where}.` },
          );
    return [role === undefined ? finding : forRole(finding, role.name, sides)];
  });
}

/** What stands in the way of an old object, once for all whom it concerns; of the role of old code, where it is known. */
function shadowed(sessions: readonly SessionLed[], sides: Sides): StructuralFinding[] {
  const met = new Map<string, { led: Led; roles: (string | undefined)[] }>();
  for (const { session, led } of sessions)
    for (const one of led) {
      // Who may no longer use a schema is told of the schema.
      if (one.to === undefined) continue;
      const key = JSON.stringify([one.object, one.to]);
      const known = met.get(key);
      if (known === undefined) met.set(key, { led: one, roles: [session.role?.name] });
      else known.roles.push(session.role?.name);
    }
  return [...met.values()].map(({ led: { object, name, to }, roles }) => {
    const everyone = roles.includes(undefined);
    const named = roles.flatMap((role) => role ?? []);
    const other = written({ schema: to ?? "", name });
    const finding = structuralFinding(
      "name-shadowed",
      object,
      `Without a schema, ${name} leads ${everyone ? "" : `${listed(named)} `}to ${other} now, before to ${written({ schema: object.schema ?? "", name })}; release code reads and writes another object.`,
      { remedy: `Drop or rename ${other}, or see that release code names the schema.` },
    );
    const own = sides.role !== undefined && !named.includes(sides.role) && !everyone;
    return own ? forRole(finding, named[0] ?? "", sides) : finding;
  });
}
