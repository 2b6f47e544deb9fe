import { toldIn, type Told } from "../gates/told";
import type { StackState } from "./stackState";

/** What a command was told when it ran last, and what made it run. */
export interface RecordedTelling {
  told: Told;
  /** As the state holds them. */
  triggers: readonly unknown[];
}

/** The commands in the state that were told of a move, by their resource's name. */
export function recordedTellings(state: StackState): Record<string, RecordedTelling> {
  return Object.fromEntries(
    state.resources.flatMap(({ urn, type, inputs }) => {
      if (type !== "command:local:Command") return [];
      const told = toldIn((inputs?.environment ?? {}) as Record<string, unknown>);
      const triggers = Array.isArray(inputs?.triggers) ? (inputs.triggers as unknown[]) : [];
      return told === undefined ? [] : [[urn.split("::").at(-1) ?? urn, { told, triggers }]];
    }),
  );
}

/**
 * What a command is told. Where nothing makes it run, it is what it was told last, since another environment would make
 * it run.
 */
export function toldNow(
  current: Told,
  recorded: RecordedTelling | undefined,
  triggers: readonly unknown[],
): Told {
  const runs = JSON.stringify(recorded?.triggers) !== JSON.stringify(triggers);
  return recorded === undefined || runs ? current : recorded.told;
}
