import { allowedRatio, isConclusive, type Yardstick } from "./errorRateDecision";
import type { Baseline, BaselineRequest } from "./errorRateRequest";
import type { GateEnd } from "./healthGate";
import { isoTime } from "./healthReport";
import { measure, type Measured } from "./prometheus";
import { redactDeep, redactor } from "./redaction";
import { percent } from "./shownText";

/** Takes the share of errors of the release that runs, before another takes its place. */
export async function runBaseline(request: BaselineRequest): Promise<GateEnd> {
  const { access, queries, release, window, previous, leastRequests } = request;
  const takenAt = isoTime(Date.now());
  const redact = redactor(request.redact);
  if (release === undefined) {
    const none: Baseline = {
      ratio: null,
      requests: null,
      release: "",
      takenAt,
      why: request.why ?? "none was taken",
    };
    return { outcome: "passed", text: `${JSON.stringify(none)}\n` };
  }
  let measured: Measured;
  try {
    measured = await measure(access, queries, window);
  } catch (error) {
    const why = redact((error as Error).message);
    return {
      outcome: "error",
      text: `The baseline of the error rate could not be taken, so nothing is changed: ${why}.\nNo service was touched.\n`,
    };
  }
  const { ratio, requests } = measured;
  const enough = isConclusive({ leastRequests }, { at: window, ...measured });
  const taken: Baseline = {
    ratio: enough ? (ratio ?? null) : null,
    requests: requests ?? null,
    release,
    takenAt,
    ...(!enough && { why: `too few requests in ${window} s before the change` }),
  };
  const baseline = redactDeep(
    baselineToUse(request, taken, previous),
    redact,
    new Set(["release", "takenAt"]),
  );
  return { outcome: "passed", text: `${JSON.stringify(baseline)}\n` };
}

/**
 * The baseline that later releases are held to. What would have failed the gate by the one before is taken in an incident,
 * and would let anything pass; what says nothing is no better than what was known before.
 */
export function baselineToUse(
  yardstick: Yardstick,
  taken: Baseline,
  previous: Baseline | undefined,
): Baseline {
  const known = previous?.ratio ?? null;
  if (previous === undefined || known === null) return taken;
  if (taken.ratio === null) return { ...previous, why: `kept: ${taken.why ?? "nothing newer is known"}` };
  const allowed = allowedRatio({ ...yardstick, limit: undefined }, known);
  if (taken.ratio <= allowed) return taken;
  return {
    ...previous,
    why: `kept: ${taken.release} answered ${percent(taken.ratio)} with errors at ${taken.takenAt}, which is no baseline`,
  };
}
