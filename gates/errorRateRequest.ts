import { z } from "zod";

const text = z.string().min(1);
const seconds = z.number().gt(0).max(86_400);
const share = z.number().min(0);

const access = z.strictObject({
  url: text,
  bearer: z.string().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  timeout: seconds,
});

const queries = z.union([z.strictObject({ errors: text, requests: text }), z.strictObject({ ratio: text })]);

/** The share of errors of a release that was good, before another took its place. */
const baseline = z.strictObject({
  /** Null where there is none, and `why` says why. */
  ratio: share.nullable(),
  /** Null where only the share is asked for. */
  requests: z.number().nullable(),
  /** The release that ran. */
  release: z.string(),
  /** ISO 8601, UTC. */
  takenAt: z.string(),
  why: z.string().optional(),
});

const yardstick = {
  limit: share.optional(),
  factor: z.number().gt(0),
  floor: share,
  leastRequests: z.number().min(1),
};

/** What a baseline is told on stdin. */
export const baselineRequest = z.strictObject({
  access,
  queries,
  ...yardstick,
  /** The release that runs; absent where none is to be taken now, and `why` says why. */
  release: text.optional(),
  why: z.string().optional(),
  /** Seconds that are looked back at. */
  window: seconds,
  /** What was taken last. */
  previous: baseline.optional(),
  redact: z.array(z.string()),
});

/** What an error-rate gate is to watch, on stdin. What it is told beside that is in its environment: see `Told`. */
export const errorRateRequest = z.strictObject({
  access,
  queries,
  ...yardstick,
  /** Seconds that the release is watched, on the way forward and on the way back. */
  watch: z.strictObject({ forward: seconds, back: seconds }),
  every: seconds,
  cleanSamples: z.int().min(1).optional(),
  /** What too few requests come to. */
  inconclusive: z.enum(["pass", "fail"]),
  baseline,
  redact: z.array(z.string()),
});

export type Baseline = z.infer<typeof baseline>;
export type BaselineRequest = z.infer<typeof baselineRequest>;
export type ErrorRateRequest = z.infer<typeof errorRateRequest>;
