import { HostTimeout } from "../../hosts/errors";
import type { Host } from "../../hosts/host";
import { runOn, type HostAnswer } from "../../hosts/runOn";
import { TargetError, type Wanted } from "../target";
import { folderAdvice } from "./answers";
import { readListing, releaseOf, type OnDisk, type ReleaseOnDisk } from "./onDisk";
import { exits, folderScript, listing } from "./shell";

/** A service's folder on a host. */
export interface Place {
  /** Undefined: this machine. */
  host?: Host | undefined;
  /** Absolute path on the host. */
  folder: string;
  service: string;
  /** Ends what runs on the host. */
  signal?: AbortSignal;
}

/** Milliseconds for what only looks. */
export const lookTime = 30_000;

/** What is said where the folder or the host refused. */
export function whereOf({ host, folder }: Pick<Place, "host" | "folder">): string {
  return host === undefined ? folder : `${folder} on ${host.address}`;
}

export interface Asked {
  words?: readonly string[];
  stdin?: string;
  timeoutMs: number;
  onLine?: (line: string) => void;
}

/**
 * Runs a script in the folder; its words are `$1`, `$2`, …
 * @throws what runOn throws
 */
export function answerOf(place: Place, script: string, { words = [], ...asked }: Asked): Promise<HostAnswer> {
  return runOn(place.host, folderScript(script), {
    ...asked,
    words: [place.folder, ...words],
    ...(place.signal !== undefined && { signal: place.signal }),
  });
}

/**
 * The same of a script that has to succeed.
 * @param what the script does, such as "look at the releases"
 * @throws TargetError with what it said last, and what runOn throws
 */
export async function outputOf(place: Place, what: string, script: string, asked: Asked): Promise<string> {
  const answer = await timely(place, what, answerOf(place, script, asked));
  if (answer.exitCode === 0) return answer.output;
  throw new TargetError(`${place.service}: can't ${what} in ${whereOf(place)}: ${lastWords(answer)}`);
}

/** A limit of a step is told as that step's. */
export async function timely<Answer>(place: Place, what: string, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof HostTimeout)) throw error;
    throw new TargetError(`${place.service}: can't ${what} in ${whereOf(place)}: ${error.message}`);
  }
}

/** The last thing a script complained of; where it was locked, what to do. */
export function lastWords({ exitCode, problem, output }: HostAnswer): string {
  const said = (problem.trim() || output.trim()).split("\n").slice(-3).join("; ");
  const text = said === "" ? `exit code ${exitCode}` : said;
  return exitCode === exits.locked ? `${text}. Wait for it to end, and run the same again.` : text;
}

export async function lookAt(place: Place): Promise<OnDisk> {
  return readListing(await outputOf(place, "look at the releases", listing, { timeoutMs: lookTime }));
}

/** The release on the host that a build is; undefined where it has to be fetched. */
export async function findRelease(place: Place, one: Wanted): Promise<ReleaseOnDisk | undefined> {
  return releaseOf(await lookAt(place), one);
}

/** @throws TargetError where it has to be fetched first */
export async function neededRelease(place: Place, one: Wanted): Promise<ReleaseOnDisk> {
  const release = await findRelease(place, one);
  if (release !== undefined) return release;
  throw new TargetError(
    `${one.service}: ${one.release} is not in ${whereOf(place)}: it has to be fetched first`,
  );
}

/** The same where the folder can't be looked at yet, which is an obstacle of its own. */
export async function findIfReadable(place: Place, one: Wanted): Promise<ReleaseOnDisk | undefined> {
  try {
    return await findRelease(place, one);
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

/** Obstacles as a script of them has printed, each behind its service. */
export async function obstacleLines(place: Place, script: string, asked: Asked): Promise<string[]> {
  const answer = await timely(place, "look for obstacles", answerOf(place, script, asked));
  const lines = answer.exitCode === 0 ? answer.output.split("\n") : [folderAdvice(place, lastWords(answer))];
  return lines.filter((line) => line !== "").map((line) => `${place.service}: ${line}`);
}

/** Runs a command in the release that is current. */
export async function execInCurrent(place: Place, command: readonly string[], timeoutMs: number) {
  const script = 'cd current 2>/dev/null || fail "there is no current release"\nexec "$@" 2>&1';
  const answer = await answerOf(place, script, { words: command, timeoutMs });
  return { exitCode: answer.exitCode, output: answer.output + answer.problem };
}
