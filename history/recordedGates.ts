import type { StackState } from "./stackState";

/** The reports of the gates that passed last, by the gate's resource, as the state holds them. */
export function recordedGates({ resources }: StackState): Record<string, unknown> {
  return Object.fromEntries(
    resources
      .filter(({ type, outputs }) => /^knowngood:index:\w*Gate$/.test(type) && outputs?.report !== undefined)
      .map(({ urn, outputs }) => [urn.split("::").at(-1) ?? urn, outputs?.report]),
  );
}
