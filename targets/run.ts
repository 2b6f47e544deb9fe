/**
 * Entry of what a target does in an `up`: `node --require ./toolchain/loadTypescript.cjs targets/run.ts fetch|stop|switch`, with
 * the request as JSON on stdin, and told by the environment what for. Exit codes: 0 done (`switch`: one line of JSON on
 * stdout, what runs), 1 the release did not come up, 2 it broke, 130 interrupted.
 */
import { writeSync } from "node:fs";
import { text } from "node:stream/consumers";
import { redactDeep, redactor, type Redact } from "../gates/redaction";
import { clean, oneLine } from "../gates/shownText";
import { toldIn, type Told } from "../gates/told";
import { openTarget } from "./openTarget";
import { steps, type Step, type StepRequest } from "./stepRequest";
import { switchFailure } from "./switchFailure";
import { ReleaseFailed } from "./target";

const exitCodes = { done: 0, failed: 1, broke: 2, interrupted: 130 } as const;
/** Keys whose values are the catalog's. */
const identities: ReadonlySet<string> = new Set(["service", "digest"]);
/** Longest line of progress, in characters. */
const longestLine = 200;

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) return;
    // What is under way on the host is ended first, and this ends with it.
    abort.abort(new Error(`interrupted (${signal})`));
    writeSync(
      2,
      `Bringing services to their release was interrupted (${signal}); the next \`up\` goes on.\n`,
    );
  });
}

run().then(
  (exitCode) => process.exit(abort.signal.aborted ? exitCodes.interrupted : exitCode),
  (error: unknown) => {
    if (!abort.signal.aborted) writeSync(2, `It broke: ${messageOf(error)}\n`);
    process.exit(abort.signal.aborted ? exitCodes.interrupted : exitCodes.broke);
  },
);

async function run(): Promise<number> {
  const step = steps.find((each) => each === process.argv[2]);
  const told = toldIn(process.env);
  if (step === undefined || told === undefined || process.stdin.isTTY) {
    writeSync(2, `Run by the program itself: targets/run.ts ${steps.join("|")} < request.json\n`);
    return exitCodes.broke;
  }
  const request = requestOf(await text(process.stdin));
  return perform(step, request, told, redactor(request.redact));
}

async function perform(
  step: Step,
  { place, wanted }: StepRequest,
  told: Told,
  redact: Redact,
): Promise<number> {
  const began = Date.now();
  const tell = (line: string) => void writeSync(2, `${oneLine(clean(line, redact), longestLine)}\n`);
  try {
    const target = await openTarget(place, abort.signal);
    switch (step) {
      case "fetch":
        await target.fetch(wanted, tell);
        break;
      case "stop":
        await target.stop(
          wanted.map(({ service }) => service),
          tell,
        );
        break;
      case "switch":
        await print(
          `${JSON.stringify(redactDeep(await target.switchTo(wanted, tell), redact, identities))}\n`,
        );
        break;
      default:
        return step satisfies never;
    }
    return exitCodes.done;
  } catch (error) {
    if (abort.signal.aborted || !(error instanceof Error)) throw error;
    if (step !== "switch") throw new Error(clean(error.message, redact));
    writeSync(2, switchFailure(error, told, began, redact));
    return error instanceof ReleaseFailed ? exitCodes.failed : exitCodes.broke;
  }
}

function requestOf(told: string): StepRequest {
  try {
    return JSON.parse(told) as StepRequest;
  } catch {
    // The parser's own message quotes the text, which can hold secrets.
    throw new Error(`the request on stdin is not JSON (${told.length} characters)`);
  }
}

function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(line, () => resolve()));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
