import { moveIn, type Move } from "../gates/move";
import type { StackState } from "./stackState";

/** What a command was told when it ran last, and what made it run. */
export interface RecordedMove {
  move: Move;
  /** As the state holds them. */
  triggers: readonly unknown[];
}

/** The commands in the state that were told of a move, by their resource's name. */
export function recordedMoves(state: StackState): Record<string, RecordedMove> {
  return Object.fromEntries(
    state.resources.flatMap(({ urn, type, inputs, delete: replaced }) => {
      if (type !== "command:local:Command" || replaced === true) return [];
      const move = moveIn((inputs?.environment ?? {}) as Record<string, unknown>);
      const triggers = Array.isArray(inputs?.triggers) ? (inputs.triggers as unknown[]) : [];
      return move === undefined ? [] : [[urn.split("::").at(-1) ?? urn, { move, triggers }]];
    }),
  );
}

/**
 * What a command is told. Where nothing makes it run, it is what it was told last, since another environment would make
 * it run.
 */
export function toldMove(
  current: Move,
  recorded: RecordedMove | undefined,
  triggers: readonly unknown[],
): Move {
  const runs = JSON.stringify(recorded?.triggers) !== JSON.stringify(triggers);
  return recorded === undefined || runs ? current : recorded.move;
}
