import { z } from "zod";

const text = (what: string) => z.string({ error: what }).min(1, what);

/** What the runner is told on stdin to turn one flag off. What for is in its environment: `KNOWNGOOD_…`. */
export const flagRequest = z.strictObject({
  /** The flag's name; it takes the place of `{flag}` in an address, a body or a command. */
  flag: text("write the flag's name"),
  off: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("http"),
      method: text("write the method"),
      url: text("write the address"),
      headers: z.record(z.string(), z.string()),
      body: z.string().optional(),
      /** Statuses that say that the flag is off. @default 200 to 299 */
      expect: z.array(z.int().min(100).max(599)).optional(),
    }),
    z.strictObject({
      kind: z.literal("command"),
      command: z.array(z.string()).min(1, "write the command as a list of words"),
      /** Added to the command's environment; secrets among it. */
      env: z.record(z.string(), z.string()),
    }),
  ]),
  /** Seconds for all attempts. */
  within: z.number({ error: "write seconds above 0" }).gt(0, "write seconds above 0").max(86_400),
  /** Whether a flag that is not turned off ends the `up`. */
  strict: z.boolean(),
  /** Secret values, replaced wherever something is printed or written. */
  redact: z.array(z.string()),
});

export type FlagRequest = z.infer<typeof flagRequest>;

/** What became of a flag that was to be turned off, as one line of JSON. */
export interface FlagReport {
  outcome: "off" | "notOff";
  flag: string;
  startedAt: string;
  endedAt: string;
  /** Why it is not off; undefined where it is. */
  why?: string;
}
