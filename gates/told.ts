import type { GlassSetting } from "../settings/breakGlassCommand";
import { moveEnvironment, moveIn, type Move } from "./move";
import type { GoBack } from "./wayBack";

/**
 * What a gate or a hook is told beside what it runs. It goes by the environment, so that what is run can be seen to
 * change apart from it.
 */
export interface Told {
  move: Move;
  /** Folder in which a failure writes its record; relative to the working directory, or absolute. */
  records: string;
  /** Absent when there is none yet. */
  goBack?: GoBack;
  /** What the `up` goes on without already. @default nothing */
  breakGlass?: GlassSetting;
}

/** Holds what only a failure needs, as JSON; the user's own commands do not get it. */
export const failureVariable = "KNOWNGOOD_ON_FAILURE";

export function toldEnvironment({ move, records, goBack, breakGlass }: Told): Record<string, string> {
  const onFailure = { records, ...(goBack && { goBack }), ...(breakGlass && { breakGlass }) };
  return { ...moveEnvironment(move), [failureVariable]: JSON.stringify(onFailure) };
}

/** What an environment tells; undefined where it does not tell all. */
export function toldIn(environment: Readonly<Record<string, unknown>>): Told | undefined {
  const move = moveIn(environment);
  const text = environment[failureVariable];
  if (move === undefined || typeof text !== "string") return undefined;
  try {
    const onFailure = JSON.parse(text) as Partial<Omit<Told, "move">> | null;
    return typeof onFailure?.records === "string"
      ? { move, ...onFailure, records: onFailure.records }
      : undefined;
  } catch {
    return undefined;
  }
}
