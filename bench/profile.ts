import { readFileSync } from "node:fs";
import { table } from "../cli/output";
import {
  allProcesses,
  below,
  commandLine,
  mebibytes,
  startedBefore,
  ticksPerSecond,
  type ProcessSample,
} from "./processSamples";
import type { Site } from "./site";

const milliseconds = 20;
const widestCommand = 100;

/** A process as a time line shows it; seconds from the begin of the work. */
interface Lived {
  begin: number;
  end: number;
  cpuSeconds: number;
  mebibytes: number;
  command: string;
}

interface Told {
  at: number;
  text: string;
}

/**
 * Does some work once and tells where its time went: the programs that it started, what they printed when, and what the
 * engine did. Watching takes a few percent of the time.
 * @returns lines for a terminal
 */
export async function profile(site: Site, work: () => Promise<void>): Promise<string[]> {
  const lived = new Map<
    string,
    { first: ProcessSample; last: ProcessSample; seenAt: number; command: string }
  >();
  const printed: Told[] = [];
  let read = readFileSync(site.log, "utf8").length;
  const others = startedBefore();
  const begun = performance.now();
  const begunAt = Date.now();
  const now = () => (performance.now() - begun) / 1000;
  const watch = () => {
    for (const sample of below(process.pid, allProcesses(), others)) {
      const key = `${sample.pid} ${sample.startTicks}`;
      const before = lived.get(key);
      // Right after it was started, a program still bears its parent's words.
      const command = commandLine(sample.pid) || before?.command || sample.name;
      lived.set(key, {
        first: before?.first ?? sample,
        last: larger(before?.last, sample),
        seenAt: now(),
        command,
      });
    }
    const text = readFileSync(site.log, "utf8");
    for (const line of text.slice(read).split("\n"))
      if (line.trim() !== "") printed.push({ at: now(), text: line });
    read = text.length;
  };
  const watching = setInterval(watch, milliseconds);
  const beganTicks = uptime() * ticksPerSecond;
  try {
    await work();
    watch();
  } finally {
    clearInterval(watching);
  }
  const processes = [...lived.values()].map(({ last, seenAt, command }): Lived => ({
    begin: (last.startTicks - beganTicks) / ticksPerSecond,
    end: seenAt,
    cpuSeconds: last.cpuTicks / ticksPerSecond,
    mebibytes: mebibytes(last.residentPages),
    command,
  }));
  return [
    ...section("Programs", processTable(processes)),
    ...section("What they printed", told(printed)),
    ...section("What the engine did", told(await engineEvents(site, begunAt))),
    "",
    `${now().toFixed(2)} s, of which the programs used ${sum(processes).toFixed(2)} s of processor time`,
  ];
}

/** The latest times of a process, with the most memory that it had. */
function larger(before: ProcessSample | undefined, now: ProcessSample): ProcessSample {
  return { ...now, residentPages: Math.max(before?.residentPages ?? 0, now.residentPages) };
}

function processTable(processes: readonly Lived[]): string[] {
  const rows = [...processes]
    .sort((a, b) => a.begin - b.begin)
    .map(({ begin, end, cpuSeconds, mebibytes: memory, command }) => [
      begin.toFixed(2).padStart(6),
      end.toFixed(2).padStart(6),
      cpuSeconds.toFixed(2).padStart(6),
      memory.toFixed(0).padStart(5),
      cut(command),
    ]);
  return table(["BEGIN", "END", "CPU S", "MIB", "COMMAND"], rows).split("\n");
}

/** Starts and ends of containers, as the engine itself noted them. */
async function engineEvents(site: Site, since: number): Promise<Told[]> {
  const events = await site.docker(
    ...["events", "--since", String(since / 1000), "--until", String(Date.now() / 1000)],
    ...["--format", '{{.TimeNano}} {{.Type}} {{.Action}} {{index .Actor.Attributes "name"}}'],
  );
  return events
    .split("\n")
    .filter((line) => line !== "" && !/ exec_/.test(line))
    .map((line) => {
      const [nanoseconds = "", ...words] = line.split(" ");
      return { at: Number(BigInt(nanoseconds) / 1_000_000n) / 1000 - since / 1000, text: words.join(" ") };
    });
}

function told(lines: readonly Told[]): string[] {
  return lines.map(({ at, text }) => `${at.toFixed(2).padStart(6)}  ${cut(text)}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function cut(text: string): string {
  return text.length > widestCommand ? `${text.slice(0, widestCommand - 1)}…` : text;
}

function sum(processes: readonly Lived[]): number {
  return processes.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0);
}

/** Seconds since the machine's start. */
function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}
