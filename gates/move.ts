import type { Direction } from "../history/running";

/** What a command is told of the change of release that it is run for. */
export interface Move {
  direction: Direction;
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** Tag of the release that ran before; empty where none did, or services ran different ones. */
  from: string;
  /** Tag of the target. */
  to: string;
}

/** As `pulumi --stack` takes it. */
export function stackName({ stack }: Pick<Move, "stack">): string {
  return stack.split("/").at(-1) ?? stack;
}

/** The environment variables by which a command is told. */
export const moveVariables = {
  direction: "KNOWNGOOD_DIRECTION",
  stack: "KNOWNGOOD_STACK",
  from: "KNOWNGOOD_FROM",
  to: "KNOWNGOOD_TO",
} as const;

const directions: readonly string[] = ["forward", "rollback", "same"] satisfies Direction[];

export function moveEnvironment(move: Move): Record<string, string> {
  return Object.fromEntries(
    Object.entries(moveVariables).map(([key, variable]) => [variable, move[key as keyof Move]]),
  );
}

/** The move that an environment tells of; undefined where it tells of none. */
export function moveIn(environment: Readonly<Record<string, unknown>>): Move | undefined {
  const values = Object.entries(moveVariables).map(([key, variable]) => [key, environment[variable]]);
  if (!values.every(([, value]) => typeof value === "string")) return undefined;
  const move = Object.fromEntries(values) as unknown as Move;
  return directions.includes(move.direction) ? move : undefined;
}

/** A move in words, such as `rollback from v3 to v2`. */
export function moveText({ direction, from, to }: Move): string {
  switch (direction) {
    case "same":
      return `${to} stays`;
    case "forward":
    case "rollback":
      return from === "" ? `${direction} to ${to}` : `${direction} from ${from} to ${to}`;
    default:
      return direction satisfies never;
  }
}
