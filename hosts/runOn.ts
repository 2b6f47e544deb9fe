import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { WholeLines, Tail } from "../gates/tail";
import { childEnvironment } from "../settings/childEnvironment";
import { Between } from "./between";
import { ConnectionFiles, connectSeconds, sshWords } from "./connection";
import { HostTimeout } from "./errors";
import type { Host } from "./host";
import { keyMismatch, keyShown, lost, noClient, refusesKey, unreachable } from "./refusals";
import { runChild, type ChildEnd } from "./runChild";
import { framedScript, loader } from "./script";

/** How a script ended. */
export interface HostAnswer {
  exitCode: number;
  /** The end of what it printed. */
  output: string;
  /** The end of what it printed as errors. */
  problem: string;
}

export interface RunOptions {
  /** What the script finds as `$1`, `$2`, … */
  words?: readonly string[];
  /** What the script reads. @default nothing */
  stdin?: string | Input;
  /** Milliseconds for all of it, from before the connection. */
  timeoutMs: number;
  /** Ends the script, on the host too. */
  signal?: AbortSignal;
  /** Receives each whole line of both streams that is not blank, as it comes. */
  onLine?: (line: string) => void;
  /** Bytes kept of the end of each stream. @default 8 MiB */
  keptBytes?: number;
}

/** Input that is not held in memory. */
export interface Input {
  bytes: number;
  open: () => Readable;
}

/**
 * Runs a POSIX shell script on the host by `sh`; host undefined: on this machine. Neither script, words nor input stand in a
 * process list of this or that machine. A script that nobody waits for any more is asked to end, with all that it started, and
 * ended 5 s later, also where the connection is lost or this process is killed.
 * @throws HostUnreachable, HostKeyMismatch, HostLost, HostTimeout; the signal's reason where it was aborted
 */
export async function runOn(
  host: Host | undefined,
  script: string,
  options: RunOptions,
): Promise<HostAnswer> {
  const { signal, keptBytes, onLine } = options;
  signal?.throwIfAborted();
  const input = inputOf(options.stdin);
  const mark = randomBytes(12).toString("hex");
  const marks = { begin: `knowngood-begins-${mark}`, end: `knowngood-ended-${mark}-` };
  const framed = Buffer.from(framedScript(script, options.words ?? [], input.bytes, marks));
  const output = new Tail(keptBytes);
  const problem = new Tail(keptBytes);
  const outputLines = new WholeLines(onLine);
  const problemLines = new WholeLines(onLine);
  const stdout = new Between(marks.begin, undefined, (chunk) => {
    output.add(chunk);
    outputLines.add(chunk);
  });
  const stderr = new Between(marks.begin, marks.end, (chunk) => {
    problem.add(chunk);
    problemLines.add(chunk);
  });

  const files = host === undefined ? undefined : new ConnectionFiles(host);
  try {
    const command = loader(framed.length, marks);
    const words =
      host === undefined || files === undefined
        ? ["sh", "-c", command]
        : ["ssh", ...sshWords(host, files, command)];
    const end = await runChild(words, {
      environment: childEnvironment(),
      input: [() => Readable.from([framed]), input.open],
      timeoutMs: options.timeoutMs,
      begun: () => stderr.begun,
      beginsWithinMs: host === undefined ? undefined : beginsWithin(host),
      signal,
      onOutput: (chunk) => stdout.add(chunk),
      onProblem: (chunk) => stderr.add(chunk),
    });
    stdout.finish();
    const said = stderr.finish();
    signal?.throwIfAborted();
    if (stderr.ending !== undefined)
      return { exitCode: Number(stderr.ending), output: output.text(), problem: problem.text() };
    if (host === undefined || files === undefined)
      return hereUnmarked(end, options.timeoutMs, output, problem);
    if (end.missing) throw noClient();
    if (end.timedOut && (stderr.begun || options.timeoutMs < beginsWithin(host)))
      throw new HostTimeout(tooLong(host.address, options.timeoutMs, stderr.begun));
    if (stderr.begun) throw lost(host, problem.text());
    if (refusesKey(said)) throw keyMismatch(host, said, await askKey(host, files));
    throw unreachable(host, said);
  } finally {
    files?.remove();
  }
}

/** The script had no time or no breath to say how it ended. */
function hereUnmarked(end: ChildEnd, timeoutMs: number, output: Tail, problem: Tail): HostAnswer {
  if (end.timedOut) throw new HostTimeout(tooLong("this machine", timeoutMs, true));
  return { exitCode: end.exitCode ?? 137, output: output.text(), problem: problem.text() };
}

function tooLong(where: string, timeoutMs: number, begun: boolean): string {
  return begun
    ? `What ran on ${where} did not end within ${timeoutMs / 1000} s, and was ended.`
    : `${where} did not answer within ${timeoutMs / 1000} s.`;
}

/** Milliseconds until a script must have begun; the client itself counts until the other side has greeted, on each hop. */
function beginsWithin({ connectTimeout = connectSeconds, jump }: Host): number {
  const hops = jump === undefined ? 1 : 1 + jump.split(",").length;
  return (connectTimeout * hops + 5) * 1000;
}

/** The fingerprint of the key that the host shows. */
async function askKey(host: Host, files: ConnectionFiles): Promise<string | undefined> {
  let said = "";
  const words = sshWords(host, files, "true");
  await runChild(["ssh", "-o", "LogLevel=DEBUG1", ...words], {
    environment: childEnvironment(),
    input: [],
    begun: () => false,
    timeoutMs: beginsWithin(host),
    onOutput: () => undefined,
    onProblem: (chunk) => {
      said = (said + chunk.toString()).slice(-65_536);
    },
  });
  return keyShown(said);
}

function inputOf(stdin: string | Input | undefined): Input {
  if (typeof stdin === "object") return stdin;
  const text = Buffer.from(stdin ?? "");
  return { bytes: text.length, open: () => Readable.from(text.length === 0 ? [] : [text]) };
}
