import type { RoutineFacts } from "./snapshot";
import { plain, written } from "./words";

/** A routine as findings name it. */
export function routineName({ schema, name, arguments: types }: RoutineFacts) {
  return { kind: "function", schema, name, args: plain(types.join(", ")) } as const;
}

/** A routine as sentences write it. */
export const routineWritten = (routine: RoutineFacts) =>
  `${written(routine)}(${plain(routine.arguments.join(", "))})`;
