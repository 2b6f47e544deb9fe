import { stateText } from "../../gates/health";
import { ReleaseFailed, TargetError } from "../target";
import { containersOf, isSound, type ProjectContainer } from "./containers";

export interface Failure {
  /** What could not be done. */
  what: string;
  /** Folder and host. */
  where: string;
  /** Docker's own words. */
  reason: string;
  /** Services that were brought to the release, by their names in the file. */
  changed: readonly string[];
  /** Services that were started since those need them. */
  needed: readonly string[];
}

/**
 * What a change that failed is told as: docker's words, and of each service that isn't well its state and its last log lines.
 * The release is to blame where a service of it was started and is not well. What can't be asked any more is left out.
 */
export async function changeFailure(
  { what, where, reason, changed, needed }: Failure,
  look: () => Promise<readonly ProjectContainer[]>,
  logs: (name: string) => Promise<string>,
): Promise<TargetError> {
  const containers = await look().catch(() => []);
  const of = (name: string) => containersOf(name, containers);
  const sick = [...needed, ...changed].filter((name) => !of(name).every(({ state }) => isSound(state)));
  const states = sick.map((name) => `${name}: ${of(name).map(stateOf).join("; ")}`);
  const message = [`${what} in ${where}: ${reason}`, ...states, "the project is left as it is"].join("; ");
  const told = await Promise.all(
    sick.map(async (name) => {
      const lines = (await logs(name).catch((error: Error) => `(${error.message})`)).trimEnd();
      return sick.length === 1 ? lines : `${name}:\n${lines}`;
    }),
  );
  const isBad = (name: string) => of(name).some(({ state }) => state.status !== "created" && !isSound(state));
  if (changed.some(isBad) && !needed.some(isBad)) return new ReleaseFailed(message, told.join("\n"));
  return new TargetError([message, ...told].join("\n"));
}

function stateOf({ state }: ProjectContainer): string {
  return [stateText(state), ...(state.health === undefined ? [] : [state.health])].join(", ");
}
