import type { Sides } from "./catalog";
import { routineName, routineWritten } from "./routineName";
import { sessionsOf } from "./sessions";
import type { RoutineFacts } from "./snapshot";
import { structuralFinding, type StructuralFinding } from "./structuralFinding";

/**
 * New functions that PostgreSQL weighs against an old one of their name: of its schema, and of any other that a session
 * finds names in as well.
 * @param stayed old ones whose signature is still there
 * @param come new signatures
 */
export function compareOverloads(
  stayed: readonly RoutineFacts[],
  come: readonly RoutineFacts[],
  sides: Sides,
): StructuralFinding[] {
  const byName = new Map<string, RoutineFacts[]>();
  for (const fresh of come) byName.set(fresh.name, [...(byName.get(fresh.name) ?? []), fresh]);
  const found = stayed.flatMap((old) =>
    (byName.get(old.name) ?? []).flatMap((fresh) => (fresh === old ? [] : { old, fresh })),
  );
  if (found.length === 0) return [];
  const paths = sessionsOf(sides).map(({ after }) => after.schemas);
  const areMet = ({ old, fresh }: { old: RoutineFacts; fresh: RoutineFacts }) =>
    old.schema === fresh.schema ||
    // The first of two that take the same hides the other, which is told as a name that leads elsewhere.
    (old.arguments.join() !== fresh.arguments.join() &&
      paths.some((path) => path.includes(old.schema) && path.includes(fresh.schema)));
  return found.filter(areMet).flatMap(({ old, fresh }) => meeting(old, fresh));
}

function meeting(old: RoutineFacts, fresh: RoutineFacts): StructuralFinding[] {
  const counts = commonCounts(old, fresh);
  if (counts.length === 0) return [];
  const names = `${routineWritten(fresh)} is new beside ${routineWritten(old)}`;
  if (counts.some((count) => isAmbiguous(old, fresh, count)))
    return [
      structuralFinding(
        "function-overloaded",
        routineName(old),
        `${names}, and a call can mean both; release code that calls it gets an error.`,
      ),
    ];
  return [
    structuralFinding(
      "function-overload-added",
      routineName(old),
      `${names} and takes as many arguments; release code that gives literals or parameters without a type can call it instead, or get an error.`,
    ),
  ];
}

/** With how many arguments both can be called. */
function commonCounts(one: RoutineFacts, other: RoutineFacts): number[] {
  const most = Math.max(one.arguments.length, other.arguments.length) + 1;
  return Array.from({ length: most + 1 }, (_, count) => count).filter(
    (count) => takes(one, count) && takes(other, count),
  );
}

function takes({ arguments: types, defaults, variadic }: RoutineFacts, count: number): boolean {
  return count >= types.length - defaults - (variadic ? 1 : 0) && (variadic || count <= types.length);
}

/** Nothing tells both apart: the same types for all arguments that are given, or literals that fit both alike. */
function isAmbiguous(old: RoutineFacts, fresh: RoutineFacts, count: number): boolean {
  if (old.variadic || fresh.variadic) return false;
  const places = Array.from({ length: count }, (_, place) => place);
  if (places.every((place) => old.arguments[place] === fresh.arguments[place])) return true;
  const untyped = places.filter((place) => !hasTypedLiterals(old.categories[place]));
  // A number or a flag, written as such, has its type and leads to the function that takes it.
  if (places.some((place) => !untyped.includes(place) && old.arguments[place] !== fresh.arguments[place]))
    return false;
  return resolvesToNeither(old, fresh, untyped);
}

const hasTypedLiterals = (category = "") => category.startsWith("N") || category.startsWith("B");

/** PostgreSQL's choice for literals without a type: texts first, then the type that a common category prefers. */
function resolvesToNeither(old: RoutineFacts, fresh: RoutineFacts, untyped: readonly number[]): boolean {
  let candidates = [old, fresh];
  for (const place of untyped) {
    const categories = [old, fresh].map((routine) => (routine.categories[place] ?? "").charAt(0));
    const category = categories.includes("S")
      ? "S"
      : categories[0] === categories[1]
        ? categories[0]
        : undefined;
    if (category === undefined) return true;
    const fitting = candidates.filter((routine) => routine.categories[place]?.startsWith(category));
    const preferred = fitting.filter((routine) => routine.categories[place]?.endsWith("!"));
    candidates = preferred.length > 0 ? preferred : fitting;
  }
  return candidates.length !== 1;
}
