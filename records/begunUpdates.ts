import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";
import { beginningOf, isAlive } from "./liveProcess";
import type { BegunUpdate } from "./releaseRecord";

/** An `up` that has begun, and the process that is to tell how it ended. */
interface Entry {
  update: BegunUpdate;
  process: { pid: number; beginning?: number; host: string };
}

/** Within the folder of records. */
const folderName = "begun";

/**
 * Notes that an `up` has begun, so that a later one can tell of it when this process is ended without a word.
 * @throws what the file system says
 */
export function noteBegun(records: string, update: BegunUpdate): void {
  const beginning = beginningOf(process.pid);
  const entry: Entry = {
    update,
    process: { pid: process.pid, ...(beginning !== undefined && { beginning }), host: hostname() },
  };
  mkdirSync(join(records, folderName), { recursive: true, mode: 0o700 });
  writeWhole(fileOf(records, update.id), JSON.stringify(entry), { private: true });
}

/** Takes the note back; that it was never written is no error. */
export function forgetBegun(records: string, id: string): void {
  rmSync(fileOf(records, id), { force: true });
}

/** An `up` that has begun, and of which nothing has told the end yet. */
export interface NotedUpdate {
  update: BegunUpdate;
  /** Whether its process goes on; one on another machine, of which nothing can be asked, is taken to. */
  alive: boolean;
}

/** The updates of a stack that began here and have told no end yet, oldest first. */
export function notedUpdates(records: string, stack: string): NotedUpdate[] {
  return entriesOf(records, stack).map((entry) => ({ update: entry.update, alive: !isOver(entry, false) }));
}

/**
 * The updates of a stack that began here and whose process is gone without telling how they ended.
 * @param locked whether this process runs under the stack's lock: then a process of another machine, of which nothing
 * can be asked, is gone too
 */
export function unfinishedUpdates(records: string, stack: string, locked: boolean): BegunUpdate[] {
  return entriesOf(records, stack)
    .filter((entry) => isOver(entry, locked))
    .map(({ update }) => update);
}

function entriesOf(records: string, stack: string): Entry[] {
  return filesIn(join(records, folderName))
    .flatMap((file) => entryIn(join(records, folderName, file)) ?? [])
    .filter(({ update }) => update.stack === stack)
    .sort((one, other) => one.update.startedAt.localeCompare(other.update.startedAt));
}

function isOver({ process: { pid, beginning, host } }: Entry, locked: boolean): boolean {
  if (host !== hostname()) return locked;
  return !isAlive(pid, beginning);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    // No update has begun here yet.
    return [];
  }
}

function entryIn(file: string): Entry | undefined {
  try {
    const entry = JSON.parse(readFileSync(file, "utf8")) as Partial<Entry>;
    return typeof entry.update?.id === "string" && typeof entry.process?.pid === "number"
      ? (entry as Entry)
      : undefined;
  } catch {
    // It has just been taken back, or is not ours.
    return undefined;
  }
}

function fileOf(records: string, id: string): string {
  return join(records, folderName, `${id}.json`);
}
