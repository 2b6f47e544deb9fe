import { HostTimeout } from "../../hosts/errors";
import type { Host } from "../../hosts/host";
import { runOn, type HostAnswer } from "../../hosts/runOn";
import { TargetError } from "../target";
import { readListing, type OnDisk } from "./onDisk";
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
