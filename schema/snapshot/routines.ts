import { keyed, nameKey, type Sides } from "./catalog";
import { compareOverloads } from "./overloads";
import { sessionsOf } from "./sessions";
import type { RoutineFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";
import { routineName, routineWritten } from "./routineName";
import { listed, plain, written } from "./words";

/** Functions, procedures and aggregates that old code can call. */
export function compareRoutines(sides: Sides): StructuralFinding[] {
  const { before, after } = sides;
  const bySignature = keyed(after.facts.routines, signature);
  const byOid = new Map(after.facts.routines.map((routine) => [routine.oid, routine]));
  const signaturesBefore = new Set(before.facts.routines.map(signature));
  const fresh = after.facts.routines.filter((routine) => !signaturesBefore.has(signature(routine)));
  const freshByName = groups(fresh);
  const perRoutine = before.facts.routines.flatMap((old) => {
    const found = bySignature.get(signature(old));
    if (found !== undefined) return changed(old, found, sides);
    return missing(old, byOid.get(old.oid), freshByName.get(nameKey(old)) ?? []);
  });
  const stayed = before.facts.routines.filter((routine) => bySignature.has(signature(routine)));
  return [...perRoutine, ...compareOverloads(stayed, fresh, sides)];
}

const signature = (routine: RoutineFacts) => `${nameKey(routine)}(${routine.arguments.join(", ")})`;

function groups(routines: readonly RoutineFacts[]): Map<string, RoutineFacts[]> {
  const byName = new Map<string, RoutineFacts[]>();
  for (const routine of routines)
    byName.set(nameKey(routine), [...(byName.get(nameKey(routine)) ?? []), routine]);
  return byName;
}

function missing(
  old: RoutineFacts,
  same: RoutineFacts | undefined,
  others: readonly RoutineFacts[],
): StructuralFinding[] {
  const name = routineWritten(old);
  if (same !== undefined)
    return [
      structuralFinding(
        "function-renamed",
        routineName(old),
        `${name} is called ${routineWritten(same)} now; release code that calls it gets an error.`,
        {
          remedy: `Move or rename ${written(same)} back to ${written(old)}.`,
        },
      ),
    ];
  const successor = others.find((other) => takesTheCalls(other, old));
  if (successor !== undefined)
    return [
      structuralFinding(
        "function-body-changed",
        routineName(old),
        `${name} was replaced by ${routineWritten(successor)}, whose further arguments have defaults; release code calls that one.`,
      ),
    ];
  const [other] = others;
  return [
    other === undefined
      ? structuralFinding(
          "function-dropped",
          routineName(old),
          `${name} is gone; release code that calls it gets an error.`,
        )
      : structuralFinding(
          "function-changed",
          routineName(old),
          `${name} takes (${plain(other.arguments.join(", "))}) now; release code that calls it as before gets an error.`,
        ),
  ];
}

/** Whether every call of the old one, with all or with fewer arguments, is a call of the other, and gives the same type. */
function takesTheCalls(other: RoutineFacts, old: RoutineFacts): boolean {
  const required = (routine: RoutineFacts) => routine.arguments.length - routine.defaults;
  return (
    other.kind === old.kind &&
    other.result === old.result &&
    !other.variadic &&
    !old.variadic &&
    old.arguments.every((type, place) => other.arguments[place] === type) &&
    required(other) <= required(old)
  );
}

/** What is given out beyond what was, in its place; undefined where that itself is given out in another way. */
function furtherOutputs(before: RoutineFacts, after: RoutineFacts): string[] | undefined {
  if (before.result === after.result && JSON.stringify(before.outputs) === JSON.stringify(after.outputs))
    return [];
  const olds = before.outputs ?? [];
  const news = after.outputs ?? [];
  const isSet = ({ result }: RoutineFacts) => /^(TABLE|SETOF)/.test(result ?? "");
  // One output alone is a value, more are a row.
  if (
    olds.length < 2 &&
    !(olds.length === 1 && before.result?.startsWith("TABLE") && after.result?.startsWith("TABLE"))
  )
    return undefined;
  const kept = isSet(before) === isSet(after) && olds.every((output, place) => news[place] === output);
  return kept ? news.slice(olds.length) : undefined;
}

function changed(before: RoutineFacts, after: RoutineFacts, sides: Sides): StructuralFinding[] {
  const name = routineWritten(before);
  const object = routineName(before);
  const breaks: string[] = [];
  if (before.kind !== after.kind) breaks.push(`is ${kinds[after.kind]}, before ${kinds[before.kind]}`);
  const further = furtherOutputs(before, after);
  if (further === undefined)
    breaks.push(`returns ${plain(after.result ?? "nothing")}, before ${plain(before.result ?? "nothing")}`);
  if (after.defaults < before.defaults) breaks.push("needs arguments that had defaults");
  if (before.variadic !== after.variadic)
    breaks.push(after.variadic ? "takes a list of arguments" : "no longer takes a list of arguments");
  if (before.definer && !after.definer) breaks.push("no longer runs with the rights of its owner");
  if (breaks.length > 0)
    return [
      structuralFinding(
        "function-changed",
        object,
        `${name} ${breaks.join(" and ")}; release code that calls it as before gets an error or another type.`,
      ),
    ];
  const differences = [
    ...((further ?? []).length === 0 ? [] : [`further columns, ${plain(listed(further ?? []))}`]),
    ...differencesOf(
      before,
      takesOwnersRights(before, after, sides) ? { ...after, ...rightsOf(before) } : after,
    ),
  ];
  if (differences.length === 0) return [];
  return [
    structuralFinding(
      "function-body-changed",
      object,
      `${name} has ${differences.join(", ")}; release code calls the new one.`,
    ),
  ];
}

const rightsOf = ({ definer, configuration }: RoutineFacts) => ({ definer, configuration });

/**
 * Whether a function does what it did with its owner's rights in place of its caller's: the owner may do everything with
 * all that there is, finds the same under each name, and nothing in it asks who calls.
 */
function takesOwnersRights(before: RoutineFacts, after: RoutineFacts, sides: Sides): boolean {
  const { facts } = sides.after;
  const owner = sides.after.role(after.owner);
  const path = (after.configuration ?? []).filter((setting) => setting.startsWith("search_path="));
  const others = ({ configuration }: RoutineFacts) =>
    (configuration ?? []).filter((setting) => !setting.startsWith("search_path="));
  const there = new Set(facts.schemas.map(({ name }) => name));
  const schemas = path.flatMap((setting) =>
    setting
      .slice("search_path=".length)
      .split(",")
      .map((name) => name.trim().replace(/^"(.*)"$/, "$1"))
      .filter((name) => there.has(name)),
  );
  return (
    !before.definer &&
    after.definer &&
    after.kind === "f" &&
    !after.asksWhoCalls &&
    others(before).join() === others(after).join() &&
    (before.configuration ?? []).every(
      (setting) => path.includes(setting) || !setting.startsWith("search_path="),
    ) &&
    (path.length === 0 ||
      sessionsOf(sides).every((session) => session.after.schemas.join() === schemas.join())) &&
    facts.relations.every(
      (relation) => !relation.rowSecurity && (owner?.superuser === true || relation.owner === after.owner),
    ) &&
    facts.routines.every((routine) => owner?.superuser === true || routine.owner === after.owner)
  );
}

const kinds: Record<RoutineFacts["kind"], string> = {
  f: "a function",
  p: "a procedure",
  a: "an aggregate",
  w: "a window function",
};

const volatilities: Record<string, string> = { i: "IMMUTABLE", s: "STABLE", v: "VOLATILE" };

function differencesOf(before: RoutineFacts, after: RoutineFacts): string[] {
  const all: [differs: boolean, what: string][] = [
    [before.body !== after.body || before.language !== after.language, "another body"],
    [
      namesOf(before) !== namesOf(after),
      `the parameter names (${namesOf(after)}), before (${namesOf(before)})`,
    ],
    [before.defaultTexts !== after.defaultTexts, "other defaults"],
    [
      before.volatility !== after.volatility,
      `the volatility ${volatilities[after.volatility] ?? after.volatility}, before ${volatilities[before.volatility] ?? before.volatility}`,
    ],
    [
      before.strict !== after.strict,
      after.strict ? "NULL for any NULL argument" : "calls with NULL arguments",
    ],
    [before.definer !== after.definer, after.definer ? "its owner's rights" : "its caller's rights"],
    [
      settingsOf(before) !== settingsOf(after),
      `the settings (${settingsOf(after)}), before (${settingsOf(before)})`,
    ],
  ];
  return all.flatMap(([differs, what]) => (differs ? [what] : []));
}

const namesOf = ({ argumentNames }: RoutineFacts) => (argumentNames ?? []).join(", ");

const settingsOf = ({ configuration }: RoutineFacts) => [...(configuration ?? [])].sort().join(", ");
