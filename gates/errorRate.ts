import { allowedRatio, decideErrorRate, type ErrorRateLimits, type Sample } from "./errorRateDecision";
import {
  watchedWords,
  type ErrorRateFailureRecord,
  type ErrorRateReport,
  type Watched,
} from "./errorRateReport";
import type { ErrorRateRequest } from "./errorRateRequest";
import { errorRateFailureText, sampleText } from "./errorRateText";
import { writeFailureRecord } from "./failureRecord";
import type { GateEnd } from "./healthGate";
import { isoTime, firstAndLast } from "./healthReport";
import type { Told } from "./told";
import { nextProgress } from "./progress";
import { measure, PrometheusError } from "./prometheus";
import { redactDeep, redactor } from "./redaction";
import { clean, oneLine } from "./shownText";

/** What the runner gives the gate besides its request. */
export interface WatchWorld {
  told: Told;
  /** Receives lines of progress. */
  say: (line: string) => void;
}

/** Longest reason why Prometheus could not be asked, in characters. */
const longestProblem = 300;

/** Watches the share of errors of a release, and records when it did not pass. */
export async function runErrorRateGate(request: ErrorRateRequest, world: WatchWorld): Promise<GateEnd> {
  const { told, say } = world;
  const { move } = told;
  const began = Date.now();
  const start = performance.now();
  const now = () => (performance.now() - start) / 1000;
  const limits: ErrorRateLimits = {
    watch: move.direction === "rollback" ? request.watch.back : request.watch.forward,
    every: request.every,
    allowed: allowedRatio(request, request.baseline.ratio ?? undefined),
    leastRequests: request.leastRequests,
    cleanSamples: request.cleanSamples,
  };
  const samples: Sample[] = [];
  let shown: number | undefined;
  for (;;) {
    const decision = decideErrorRate(limits, samples);
    if (decision.next !== "ask") {
      const last = samples.findLast(({ problem }) => problem === undefined);
      const watched: Watched = {
        release: move.to,
        direction: move.direction,
        from: move.from,
        startedAt: isoTime(began),
        seconds: Math.round(now() * 1000) / 1000,
        ratio: last?.ratio ?? null,
        requests: last?.requests ?? null,
        allowed: limits.allowed,
        baseline: request.baseline,
        why: decision.why,
        samples: firstAndLast(samples),
        samplesTaken: samples.length,
      };
      return endOf(request, told, decision.next, watched, isoTime(began + now() * 1000));
    }
    await new Promise((wait) => setTimeout(wait, (decision.at - now()) * 1000));
    const sample = await sampleAt(request, now());
    samples.push(sample);
    if (sample.at >= nextProgress(shown)) {
      say(`error rate: ${sampleText(sample)} after ${Math.round(sample.at)} s of ${limits.watch} s`);
      shown = sample.at;
    }
  }
}

async function sampleAt(request: ErrorRateRequest, at: number): Promise<Sample> {
  try {
    // Whole seconds, rounded down: what was before the watch began is none of it.
    return { at, ...(await measure(request.access, request.queries, at)) };
  } catch (error) {
    const problem = oneLine(clean((error as Error).message, redactor(request.redact)), longestProblem);
    return { at, problem, ...(error instanceof PrometheusError && error.final && { final: true }) };
  }
}

function endOf(
  request: ErrorRateRequest,
  told: Told,
  outcome: "passed" | "failed" | "error" | "inconclusive",
  watched: Watched,
  endedAt: string,
): GateEnd {
  const redact = redactor(request.redact);
  if (outcome === "passed" || (outcome === "inconclusive" && request.inconclusive === "pass")) {
    const report: ErrorRateReport = { outcome, ...watched, passedAt: endedAt };
    return { outcome: "passed", text: `${JSON.stringify(redactDeep(report, redact, watchedWords))}\n` };
  }
  const record: ErrorRateFailureRecord = {
    kind: "errorRate",
    outcome,
    stack: told.move.stack,
    ...watched,
    endedAt,
  };
  const written = writeFailureRecord(told.records, redactDeep(record, redact, watchedWords), "gate");
  return {
    outcome: outcome === "error" ? "error" : "failed",
    text: errorRateFailureText(request, told, outcome, watched, written),
  };
}
