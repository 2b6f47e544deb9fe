/**
 * Entry of the gates: `node --require ./toolchain/loadTypescript.cjs gates/run.ts health`, or another kind, with the
 * request as JSON on stdin. Exit codes: 0 passed (one line of JSON on stdout), 1 failed, 2 the check itself broke, 130 interrupted.
 *
 * A rollback waits for this file to load, so the schema library (70 ms), and what only other gates need, is left out until
 * a request needs it.
 */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { isComplete } from "./completeRequest";
import { runHealthGate, type GateEnd } from "./healthGate";
import type * as OtherGates from "./otherGates";
import type * as RequestViolations from "./requestViolations";

const kinds = ["health", "command", "errorRate", "baseline", "flag"] satisfies (
  "health" | OtherGates.OtherGate
)[];
/** Kinds that may have a command of the user's under way. */
const runsCommands: readonly string[] = ["command", "flag"];
const exitCodes = { passed: 0, failed: 1, error: 2, interrupted: 130 } as const;

const abort = new AbortController();
let gate = "The health gate";

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) return;
    // Ends the docker calls and the command under way, which would outlive this process.
    abort.abort();
    writeSync(2, `${gate} was interrupted (${signal}): nothing was decided and nothing recorded.\n`);
    // A command may not listen, and is then ended by force a little later.
    if (!runsCommands.includes(process.argv[2] ?? "")) process.exit(exitCodes.interrupted);
  });
}

run().then(
  (exitCode) => process.exit(abort.signal.aborted ? exitCodes.interrupted : exitCode),
  (error: unknown) => {
    if (abort.signal.aborted) process.exit(exitCodes.interrupted);
    writeSync(2, `${gate} broke: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCodes.error);
  },
);

async function run(): Promise<number> {
  const kind = process.argv[2] ?? "";
  if (!isKind(kind) || process.stdin.isTTY) {
    writeSync(
      2,
      `Usage: node --require ./toolchain/loadTypescript.cjs gates/run.ts ${kinds.join("|")} < request.json\n`,
    );
    return exitCodes.error;
  }
  const { outcome, text } = await ended(kind, valueOf(await standardInput()));
  await print(outcome === "passed" ? process.stdout : process.stderr, text);
  return exitCodes[outcome];
}

function isKind(word: string): word is (typeof kinds)[number] {
  return kinds.some((kind) => kind === word);
}

function ended(kind: (typeof kinds)[number], value: unknown): Promise<GateEnd> {
  if (kind !== "health") {
    const { runOther } = loaded("./otherGates") as typeof OtherGates;
    return runOther(kind, value, { signal: abort.signal, called: (name) => (gate = name) });
  }
  const request = isComplete(value)
    ? value
    : (loaded("./requestViolations") as typeof RequestViolations).completedRequest(value);
  gate = `The health gate of ${request.service} ${request.release}`;
  return runHealthGate(request, abort.signal);
}

/** Not `import()`: Node's own would not find TypeScript. */
function loaded(path: string): unknown {
  return createRequire(__filename)(path);
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which can hold secrets.
    throw new Error(`the request on stdin is not JSON (${text.length} characters)`);
  }
}

/** Resolves when everything is handed over: a pipe that is read slowly must not lose the end. */
function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}
