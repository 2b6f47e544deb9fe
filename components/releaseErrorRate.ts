import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../assessment/assessment";
import { goesWithout } from "../assessment/breakGlass";
import type { Baseline, ErrorRateRequest } from "../gates/errorRateRequest";
import { percent } from "../gates/shownText";
import type { RecordedBaseline } from "../history/recordedBaseline";
import type { ErrorRateSettings } from "../settings/errorRateSettings";
import { ErrorRateBaseline } from "./errorRateBaseline";
import { ErrorRateGate } from "./errorRateGate";
import type { ReleaseArgs } from "./release";
import { containerIds, type CheckedRelease } from "./releaseGates";
import { telling } from "./told";

/**
 * The baseline of the error rate, taken before anything changes; undefined where the gate has none.
 * @param runAfter every image: what takes long comes first
 */
export function errorRateBaseline(
  name: string,
  parent: pulumi.Resource,
  args: ReleaseArgs,
  runAfter: Promise<pulumi.Resource[]>,
): ErrorRateBaseline | undefined {
  const settings = args.settings.gates.errorRate;
  if (settings === undefined || settings.limit !== undefined) return undefined;
  const { assessment, recordedBaseline: recorded } = args;
  const leftOut = goesWithout(assessment.breakGlass, "errorRate");
  // Prometheus is not asked then; but the baseline from before stays, for the run that asks again.
  if (leftOut && recorded === undefined) return undefined;
  const release = leftOut ? undefined : releaseToMeasure(assessment, recorded);
  return new ErrorRateBaseline(
    `${name}-error-rate-baseline`,
    {
      ...asked(settings, args),
      ...yardstick(settings),
      window: settings.baselineWindow,
      ...(release === undefined ? { why: "no known-good release ran when it was to be taken" } : { release }),
      recorded,
      runAfter,
    },
    { parent },
  );
}

/**
 * The release that a baseline is taken of in this `up`; undefined where what the state holds stays. Only what runs and is
 * known good says how it should be; on the way back it is what is being left.
 */
export function releaseToMeasure(
  { direction, running, knownGood }: Pick<Assessment, "direction" | "running" | "knownGood">,
  recorded: RecordedBaseline | undefined,
): string | undefined {
  const good = running.tag !== undefined && knownGood[0]?.tag === running.tag;
  const time = direction === "forward" || (direction === "same" && recorded === undefined);
  return good && time ? running.tag : undefined;
}

/** The gate, once the services are fit to be judged; undefined where none is set, or nothing runs. */
export function errorRateGate(
  { name, parent, args, services }: CheckedRelease,
  before: ErrorRateBaseline | undefined,
  runAfter: pulumi.Resource[],
): ErrorRateGate | undefined {
  const settings = args.settings.gates.errorRate;
  if (settings === undefined || Object.keys(services).length === 0) return undefined;
  if (goesWithout(args.assessment.breakGlass, "errorRate")) return undefined;
  const ids = containerIds(services);
  const resource = `${name}-error-rate`;
  const gate = new ErrorRateGate(
    resource,
    {
      ...asked(settings, args),
      ...yardstick(settings),
      watch: { forward: settings.watch, back: settings.watchBack },
      every: settings.every,
      ...(settings.cleanSamples !== undefined && { cleanSamples: settings.cleanSamples }),
      inconclusive: settings.inconclusive,
      baseline: before?.baseline ?? fixedLimit,
      ...telling(args, `${resource}-watch`, ({ move }) => move.to === args.assessment.target.tag),
      rerunOn: ids,
      runAfter,
    },
    { parent },
  );
  const declared = new Date().toISOString();
  gate.report.apply(({ outcome, startedAt, why, seconds, allowed }) => {
    // Only by the update that watched; the report stays in the state.
    if (outcome !== "inconclusive" || startedAt < declared) return;
    void pulumi.log.warn(
      `The error rate was not judged: ${why}, after ${Math.round(seconds)} s (at most ${percent(allowed)} would have passed). ` +
        "It passes, since gates.errorRate.inconclusive is pass.",
      gate,
    );
  });
  return gate;
}

/** With a fixed limit there is nothing to compare with. */
export const fixedLimit: Baseline = {
  ratio: null,
  requests: null,
  release: "",
  takenAt: new Date(0).toISOString(),
  why: "the limit is fixed",
};

function yardstick({ limit, factor, floor, leastRequests }: ErrorRateSettings) {
  return { ...(limit !== undefined && { limit }), factor, floor, leastRequests };
}

/** Where and what is asked, with the secrets that it takes. */
function asked(settings: ErrorRateSettings, { secret }: ReleaseArgs) {
  const { url, user, headers, timeout, errors = "", requests = "", ratio } = settings;
  const bearer = settings.bearer === undefined ? undefined : secret(settings.bearer);
  const password = settings.password === undefined ? undefined : secret(settings.password);
  const hidden = [bearer, password].filter((value) => value !== undefined);
  const queries: ErrorRateRequest["queries"] = ratio === undefined ? { errors, requests } : { ratio };
  return {
    access: pulumi.all([bearer, password]).apply(([token, word]) => ({
      url,
      headers,
      timeout,
      ...(token !== undefined && { bearer: token }),
      ...(user !== undefined && { user }),
      ...(word !== undefined && { password: word }),
    })),
    queries,
    ...(hidden.length > 0 && { redact: hidden }),
  };
}
