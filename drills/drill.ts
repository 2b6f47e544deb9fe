import { z } from "zod";

/** What a probe at a steady rate found while an `up` went on. */
const probed = z.object({
  /** Seconds from the first request to the end; requests are limited, so it can be less than the `up` took. */
  seconds: z.number(),
  /** Requests that were sent, and how many of them were not answered as a healthy service does. */
  requests: z.number(),
  failed: z.number(),
  /** Seconds from the first request that failed until the next that did not, where it was longest; 0 where none failed. */
  longestOutage: z.number(),
  /** What was found instead of a good answer, such as `status 503`, and how often; the most frequent few. */
  answers: z.record(z.string(), z.number()),
});
export type Probed = z.output<typeof probed>;

const way = z.object({
  /** The release that it was to bring. */
  to: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  outcome: z.enum(["passed", "failed", "interrupted"]),
  /** Seconds of the whole `up`. */
  seconds: z.number(),
  /** Seconds from its beginning until the last health gate had passed; undefined where none was seen to. */
  healthyAfter: z.number().optional(),
  /** Undefined where nothing could be probed. */
  probed: probed.optional(),
  /** Id of the record that the `up` left; undefined where none arrived. */
  record: z.string().optional(),
  /** Whether the webhook took what it was told; undefined where none is set. */
  webhookTold: z.boolean().optional(),
  /** Whether the release that is the stack's own was known good when it had ended. */
  knownGood: z.boolean(),
});
/** One way of a drill: an `up`, and what was seen of it. */
export type DrillWay = z.output<typeof way>;

/** Another version may have written it: what is asked for is what every version writes. */
export const drillSchema = z.object({
  id: z.string(),
  /** Project and stack, such as `shop/prod`. */
  stack: z.string(),
  /** The release that ran, and to which the drill returns. */
  release: z.string(),
  /** The release that was gone back to; undefined where the running one was only made anew. */
  target: z.string().optional(),
  /** The known-good release that a rollback would have taken; undefined where there was none. */
  wayBack: z.string().optional(),
  /** Why it was run on a protected stack. */
  inProduction: z.string().optional(),
  by: z.object({ name: z.string(), host: z.string(), run: z.string().optional() }),
  startedAt: z.string(),
  endedAt: z.string(),
  outcome: z.enum(["passed", "failed", "interrupted"]),
  /** What was not as it should be, in sentences; of one that passed, nothing. */
  found: z.array(z.string()),
  /** Whether the stack was seen to be again as it was before. */
  returned: z.boolean(),
  /** What was probed, or why nothing was. */
  probe: z.union([z.object({ service: z.string(), url: z.string() }), z.object({ none: z.string() })]),
  /** As far as it came. */
  out: way.optional(),
  back: way.optional(),
});
/** A drill that has ended, as it is kept as evidence. */
export type Drill = z.output<typeof drillSchema>;
