import type { StackState } from "./stackState";

export const networkType = "knowngood:index:Network";

/** How often the stack's network has been made, as its state says; undefined before the first time. */
export function networkGeneration(state: StackState): number | undefined {
  const creation = state.resources.find(
    ({ urn, type }) => type === "command:local:Command" && urn.includes(`${networkType}$`),
  );
  const generation = (creation?.inputs?.triggers as unknown[] | undefined)?.[0];
  return typeof generation === "number" ? generation : undefined;
}
