import type { Engine } from "./engine";
import { failureRecord, writeFailureRecord } from "./failureRecord";
import type { Aftermath } from "./failureText";
import { boundedLog, failureText, shownLines } from "./failureText";
import type { HealthCourse } from "./health";
import { checkHealth, withLastEnd } from "./health";
import { passedReport } from "./healthReport";
import type { HealthRequest } from "./healthRequest";
import { headerSecrets, probeOf } from "./probes";
import type { Redact } from "./redaction";
import { redactor } from "./redaction";
import { clean, oneLine } from "./shownText";
import { watchedEngine } from "./watchedEngine";

/** What a gate came to, and what it says: one line of JSON when passed, text for an operator otherwise. */
export interface GateEnd {
  outcome: "passed" | "failed" | "error";
  text: string;
}

/** Seconds that the engine has at least for the last look at a service that failed, and for its logs. */
const leastForAftermath = 3;

/**
 * Checks a service's health, and records when it did not pass.
 * @param signal ends engine calls that are under way
 */
export async function runHealthGate(request: HealthRequest, signal: AbortSignal): Promise<GateEnd> {
  const began = Date.now();
  const start = performance.now();
  const redact = redactor(request.redact);
  const redactAnswers = redactor([...request.redact, ...headerSecrets(request)]);
  const engine = await watchedEngine(request, signal);
  const course = await checkHealth(request, {
    probe: await probeOf(request, engine),
    engine,
    redact: redactAnswers,
    now: () => (performance.now() - start) / 1000,
    wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  });
  if (course.outcome === "passed") {
    return { outcome: "passed", text: `${JSON.stringify(passedReport(request, course, began, redact))}\n` };
  }
  const text = await tellFailure(
    request,
    { ...course, outcome: course.outcome },
    began,
    engine,
    redact,
    redactAnswers,
  );
  return { outcome: course.outcome, text };
}

async function tellFailure(
  request: HealthRequest,
  course: HealthCourse & { outcome: "failed" | "error" },
  began: number,
  engine: Engine | undefined,
  redact: Redact,
  redactAnswers: Redact,
): Promise<string> {
  const aftermathMs = Math.max(leastForAftermath, request.timeout) * 1000;
  const [log, container] = await Promise.all([
    lastLog(request, engine, aftermathMs, redactAnswers),
    // What stands there at the end is what the next one finds; the attempts tell how it came.
    request.container && engine?.inspect(request.container.id, aftermathMs).catch(() => undefined),
  ]);
  const ended = {
    ...course,
    container: container ? withLastEnd(container, course.container) : course.container,
  };
  const logs = "lines" in log ? log.lines : [];
  const told = failureRecord(request, ended, began, logs, redactAnswers);
  const record = writeFailureRecord(request.records, told, request.service);
  return failureText(request, ended, { log, record }, redact);
}

async function lastLog(
  { container }: HealthRequest,
  engine: Engine | undefined,
  timeoutMs: number,
  redact: Redact,
): Promise<Aftermath["log"]> {
  if (container === undefined || engine === undefined)
    return { missing: "no container is known to this gate." };
  try {
    return { lines: boundedLog(clean(await engine.logs(container.id, shownLines, timeoutMs), redact)) };
  } catch (error) {
    return { missing: oneLine(clean((error as Error).message, redact), 200) };
  }
}
