import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { dockerEnvironment } from "../gates/engine";

/** A container whose log is wanted. */
export interface LoggedContainer {
  service: string;
  containerId: string;
}

export interface LogOptions {
  /** Value of DOCKER_HOST; undefined for the docker CLI's own. */
  engine: string | undefined;
  /** As `docker logs` takes it: a number of lines, or `all`. */
  tail: string;
  /** As `docker logs` takes it: a time, or how long ago. */
  since?: string;
  follow: boolean;
}

/** The lines of one container's log, both streams as they came. */
export interface LogStream {
  service: string;
  lines: AsyncIterable<string>;
  /** The exit code of `docker logs`. */
  ended: Promise<number>;
  end: () => void;
}

/** What `docker logs` is called with. */
export function logWords(
  containerId: string,
  { tail, since, follow }: LogOptions,
  timestamps: boolean,
): string[] {
  return [
    ...["logs", "--tail", tail],
    ...(since === undefined ? [] : ["--since", since]),
    ...(follow ? ["--follow"] : []),
    ...(timestamps ? ["--timestamps"] : []),
    ...["--", containerId],
  ];
}

/** Begins to read the log of a container, a stopped one too. */
export function openLog(
  { service, containerId }: LoggedContainer,
  options: LogOptions,
  timestamps: boolean,
): LogStream {
  const words = logWords(containerId, options, timestamps);
  // Only one pipe for both streams keeps their lines in order.
  const child = spawn("sh", ["-c", 'exec docker "$@" 2>&1', "sh", ...words], {
    env: dockerEnvironment(process.env, options.engine),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const end = () => void child.kill("SIGKILL");
  process.once("exit", end);
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", end);
      resolve(code ?? 1);
    });
  });
  const { stdout } = child;
  // Made when they are asked for: what a reader says before that is lost.
  const lines = {
    [Symbol.asyncIterator]: () =>
      createInterface({ input: stdout, crlfDelay: Infinity })[Symbol.asyncIterator](),
  };
  return { service, lines, ended, end };
}

/** A line, and the service that wrote it. */
export interface LogLine {
  service: string;
  line: string;
}

/**
 * The lines of several logs in the order of the times that they begin with, which are cut off. A line without one, such as
 * a word of Docker's own, comes at once.
 */
export async function* mergedByTime(
  logs: readonly { service: string; lines: AsyncIterable<string> }[],
): AsyncGenerator<LogLine> {
  const readers = logs.map(({ service, lines }) => ({ service, iterator: lines[Symbol.asyncIterator]() }));
  const next = async (reader: (typeof readers)[number]) => {
    const read = await reader.iterator.next();
    return read.done === true ? [] : [{ reader, ...timed(read.value) }];
  };
  let heads = (await Promise.all(readers.map(next))).flat();
  while (heads.length > 0) {
    const first = heads.reduce((one, other) => (other.time < one.time ? other : one));
    yield { service: first.reader.service, line: first.line };
    const following = await next(first.reader);
    heads = heads.flatMap((head) => (head === first ? following : [head]));
  }
}

/** As Docker writes times: RFC 3339 with nine digits, so that they are in order as texts. */
function timed(text: string): { time: string; line: string } {
  const [, time, line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(text) ?? [];
  return time === undefined ? { time: "", line: text } : { time, line: line ?? "" };
}

/** Writes lines behind the name of their service, in one column, no faster than they are read. */
export function lineWriter(services: readonly { service: string }[]): (line: LogLine) => Promise<void> {
  const width = Math.max(...services.map(({ service }) => service.length));
  return async ({ service, line }) => {
    if (!process.stdout.write(`${service.padEnd(width)} | ${line}\n`)) await once(process.stdout, "drain");
  };
}
