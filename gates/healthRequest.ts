import { z } from "zod";
import { successSpacing } from "./healthDecision";

const text = (what: string) => z.string({ error: what }).min(1, what);
const seconds = (what: string) =>
  z.number({ error: what }).gt(0, what).max(86_400, `${what}, at most a day (86400)`);

const httpProbe = z.strictObject({
  kind: z.literal("http"),
  /** Asked with GET. Redirects are not followed: their status is the answer. */
  url: z
    .string({ error: "write an http:// or https:// URL" })
    .refine(
      (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
      "write an http:// or https:// URL",
    ),
  /** The statuses that count as healthy. @default [200] */
  status: z
    .array(z.int("write a status from 100 to 599").min(100).max(599), {
      error: "write a list of statuses, such as [200]",
    })
    .min(1, "write at least one status, such as [200]")
    .default([200]),
  /** Sent with each probe; their values are never printed. */
  headers: z.record(z.string(), z.string({ error: "write the header's value as text" })).optional(),
  /** The body must contain this. */
  body: text("write the text that the body must contain").optional(),
  /** Dotted path to the value that the JSON body must have there, such as `checks.database: "ok"`. */
  json: z.record(z.string(), z.unknown()).optional(),
});

const tcpProbe = z.strictObject({
  kind: z.literal("tcp"),
  host: text("write a host name or address"),
  port: z.int("write a port from 1 to 65535").min(1, "write a port from 1 to 65535").max(65_535),
});

const execProbe = z.strictObject({
  kind: z.literal("exec"),
  /** Run in the container; exit 0 is healthy. */
  command: z
    .array(z.string({ error: "write each word of the command as text" }), {
      error: "write the command as a list of words",
    })
    .min(1, "write the command as a list of words"),
});

/** Healthy while the container runs; nothing is asked of it. */
const stateProbe = z.strictObject({ kind: z.literal("state") });

/** How a service is asked whether it is healthy. */
export const probe = z.discriminatedUnion("kind", [httpProbe, tcpProbe, execProbe, stateProbe], {
  error: "write `kind` as http, tcp, exec or state",
});

/** What a health gate is told on stdin: which service, how to ask it, and within which limits. */
export const healthRequest = z
  .strictObject({
    /** Project and stack, such as `shop/prod`. */
    stack: text("write the stack's name"),
    service: text("write the service's name"),
    release: text("write the release's tag"),
    digest: text("write the image's digest"),
    /** The container that must stay the same, unrestarted, through a run of successes. */
    container: z
      .strictObject({
        id: text("write the container's id or name"),
        /** Value of DOCKER_HOST, such as `unix:///…` or `ssh://…`. @default what the docker CLI uses */
        engine: text("write a DOCKER_HOST value, such as ssh://host").optional(),
        /** Where it is looked at, as `HostedOn` says, where it is no container; `id` is the service's name then. */
        hosted: z.looseObject({}).optional(),
      })
      .optional(),
    probe,
    /** Seconds in which the service must become healthy. @default 120 (the runbooks' 12 probes, 10 s apart) */
    within: seconds("write seconds above 0").default(120),
    /** Seconds between probes, once the faster first ones are over. @default 10 */
    every: seconds("write seconds above 0").default(10),
    /** Successes in a row that make a pass. @default 3 */
    successes: z
      .int("write a whole number from 1")
      .min(1, "write a whole number from 1")
      .max(1_000)
      .default(3),
    /** Seconds that a probe may take. @default 5 */
    timeout: seconds("write seconds above 0").default(5),
    /** Folder in which a failure writes its record; relative to the working directory, or absolute. */
    records: text("write the folder for records"),
    /** A known-good release and the exact commands that bring it back; absent when there is none yet. */
    goBack: z
      .strictObject({
        tag: text("write the release's tag"),
        head: text("write what stands above the commands").optional(),
        commands: z.array(z.string()).readonly(),
        otherwise: z.array(z.string()).readonly().optional(),
      })
      .optional(),
    /** Secret values, replaced wherever the gate prints or writes. @default none */
    redact: z.array(z.string()).default([]),
  })
  .check((context) => {
    const { probe, container, within, every, successes } = context.value;
    if (container === undefined && (probe.kind === "exec" || probe.kind === "state")) {
      context.issues.push({
        code: "custom",
        path: ["container"],
        input: container,
        message: `write the container's id: a probe of kind ${probe.kind} asks the container`,
      });
    }
    const shortest = (successes - 1) * Math.min(every, successSpacing);
    if (within > 0 && shortest >= within) {
      context.issues.push({
        code: "custom",
        path: ["within"],
        input: within,
        message: `write more than ${shortest}: ${successes} successes in a row take that many seconds`,
      });
    }
  });

/** A complete request, defaults filled in. */
export type HealthRequest = z.infer<typeof healthRequest>;
/** A request as it may be written: what has a default can be left out. */
export type HealthRequestInput = z.input<typeof healthRequest>;
