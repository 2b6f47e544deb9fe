import { readdirSync, readFileSync } from "node:fs";

/** A process as it was found at one moment. */
export interface ProcessSample {
  pid: number;
  parent: number;
  /** Clock ticks from the machine's start; with the number it tells a process from a later one. */
  startTicks: number;
  cpuTicks: number;
  residentPages: number;
  virtualBytes: number;
  name: string;
}

/** Clock ticks in a second, as Linux counts them for programs on every architecture that Node runs on. */
export const ticksPerSecond = 100;
const pageBytes = 4096;
export const mebibytes = (pages: number) => (pages * pageBytes) / 2 ** 20;

/** A line of `/proc/PID/stat`, or undefined where it is none. */
export function parseStat(line: string): ProcessSample | undefined {
  // The second field is the name in brackets and may itself hold blanks and brackets.
  const nameEnd = line.lastIndexOf(")");
  const fields = line.slice(nameEnd + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  if (nameEnd === -1 || fields.length < 22) return undefined;
  return {
    pid: Number.parseInt(line, 10),
    name: line.slice(line.indexOf("(") + 1, nameEnd),
    parent: field(4),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
    virtualBytes: field(23),
    residentPages: field(24),
  };
}

/**
 * All processes below one, without itself. Those whose parent died belong elsewhere and are not found.
 * @param except processes that are left out with all that is below them. @default none
 */
export function below(
  root: number,
  all: readonly ProcessSample[],
  except: ReadonlySet<number> = new Set(),
): ProcessSample[] {
  const children = new Map<number, ProcessSample[]>();
  for (const one of all.filter(({ pid }) => !except.has(pid)))
    children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const found = [...(children.get(root) ?? [])];
  for (const one of found) found.push(...(children.get(one.pid) ?? []));
  return found;
}

/** What this program has started by now, such as the engine: not part of what is watched from now on. */
export function startedBefore(): Set<number> {
  return new Set(below(process.pid, allProcesses()).map(({ pid }) => pid));
}

/**
 * The memory that processes hold together, in MiB, pages that they share counted in each. A program that is about to be
 * started still lives in its parent's memory, which is not counted again.
 * @param all where their parents are found
 */
export function memoryOf(processes: readonly ProcessSample[], all: readonly ProcessSample[]): number {
  const sizes = new Map(all.map(({ pid, virtualBytes }) => [pid, virtualBytes]));
  const own = processes.filter(({ parent, virtualBytes }) => sizes.get(parent) !== virtualBytes);
  return mebibytes(own.reduce((sum, { residentPages }) => sum + residentPages, 0));
}

/** Every process of the machine, as it is now. */
export function allProcesses(): ProcessSample[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return parseStat(readFileSync(`/proc/${name}/stat`, "latin1")) ?? [];
      } catch {
        return [];
      }
    });
}

/** The words with which a process was started; empty once it has ended. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  } catch {
    return "";
  }
}
