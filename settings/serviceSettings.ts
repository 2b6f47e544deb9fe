import { z } from "zod";

/** A name that is at once a Docker name part, a network alias and a key in YAML. */
export const resourceName = z.string({ error: "write a name" }).regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: "write a name of lower-case letters, digits and dashes, beginning with a letter, at most 40 long",
});

const seconds = (least: number, most: number) =>
  z
    .number({ error: `write a number of seconds from ${least} to ${most}` })
    .min(least, { error: `write a number of seconds from ${least} to ${most}` })
    .max(most, { error: `write a number of seconds from ${least} to ${most}` });

const portNumber = z
  .int({ error: "write a port from 1 to 65535" })
  .min(1, { error: "write a port from 1 to 65535" })
  .max(65535, { error: "write a port from 1 to 65535" });

const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "write an environment variable's name: letters, digits and underscores, not beginning with a digit",
});

const environmentValue = z.string({
  error: 'write a text; a number or true/false goes in quotes, such as "8080"',
});

export const port = z
  .strictObject({
    container: portNumber.describe("Port that the service listens on, inside the container."),
    host: portNumber.describe("Port on the host that it is published at."),
    address: z
      .string({ error: "write an IP address of the host, such as 127.0.0.1" })
      .regex(/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]+)$/, {
        error: "write an IP address of the host, such as 127.0.0.1",
      })
      .default("127.0.0.1")
      .describe("Address of the host that it is published on; the default is reached from the host only."),
    protocol: z
      .enum(["tcp", "udp"], { error: "write tcp or udp" })
      .default("tcp")
      .describe("Transport protocol."),
  })
  .describe("A published port.");

export const volumeMount = z
  .strictObject({
    volume: resourceName.optional().describe("A volume of the stack's `volumes`; or give `host`."),
    host: z
      .string({ error: "write an absolute path on the host" })
      .regex(/^\//, { error: "write an absolute path on the host" })
      .optional()
      .describe("A folder of the host, absolute; or give `volume`."),
    container: z
      .string({ error: "write an absolute path inside the container" })
      .regex(/^\//, { error: "write an absolute path inside the container" })
      .describe("Where it appears inside the container, absolute."),
    readOnly: z
      .boolean({ error: "write true or false" })
      .default(false)
      .describe("Whether the service may only read it."),
  })
  .refine((mount) => (mount.volume === undefined) !== (mount.host === undefined), {
    error: "name one of `volume` and `host`, not both and not neither",
  });

/** Times of a health gate; each service may set its own, the stack sets the default of all. */
const healthTimes = {
  within: seconds(1, 3600).describe("Seconds in which the service must be healthy."),
  every: seconds(0.1, 300).describe("Seconds between probes; the first ones come faster."),
  successes: z
    .int({ error: "write a whole number from 1 to 100" })
    .min(1, { error: "write a whole number from 1 to 100" })
    .max(100, { error: "write a whole number from 1 to 100" })
    .describe("Successes in a row that are needed, with no restart of the container during them."),
  timeout: seconds(0.1, 60).describe("Seconds that one probe may take."),
};

/** The defaults are those of the runbooks: 200 within 12 x 10 s. */
export const healthDefaults = z
  .strictObject({
    within: healthTimes.within.default(120),
    every: healthTimes.every.default(10),
    successes: healthTimes.successes.default(3),
    timeout: healthTimes.timeout.default(5),
  })
  .prefault({});

const httpStatus = z
  .int({ error: "write an HTTP status from 100 to 599" })
  .min(100, { error: "write an HTTP status from 100 to 599" })
  .max(599, { error: "write an HTTP status from 100 to 599" });

export const health = z
  .strictObject({
    path: z
      .string({ error: "write the path of the health endpoint, such as /health" })
      .regex(/^\//, { error: "begin the path with /, such as /health" })
      .optional()
      .describe("HTTP probe: path on the service's first published port."),
    url: z
      .url({ protocol: /^https?$/, error: "write a whole URL, such as https://shop.example/health" })
      .optional()
      .describe("HTTP probe: a whole URL, where the published port is not the way in."),
    status: z
      .array(httpStatus, { error: "write a list of HTTP statuses, such as [200]" })
      .min(1, { error: "name at least one HTTP status" })
      .default([200])
      .describe("HTTP statuses that count as healthy."),
    body: z
      .string({ error: "write the text that the answer must contain" })
      .optional()
      .describe("Text that the answer must contain."),
    json: z
      .record(z.string(), z.unknown(), {
        error: "write a map of dotted paths to values, such as {status: ok}",
      })
      .optional()
      .describe("Values that the JSON answer must have, by dotted path."),
    headers: z
      .record(z.string(), z.string({ error: "write a text" }), {
        error: "write a map of header names to texts",
      })
      .default({})
      .describe("Request headers of the HTTP probe."),
    secretHeaders: z
      .record(z.string(), z.string({ error: "write the name of a secret setting" }), {
        error: "write a map of header names to names of secret settings",
      })
      .default({})
      .describe("Request headers whose value is a secret setting, by its name."),
    tcp: portNumber.optional().describe("TCP probe: the published host port that must accept a connection."),
    exec: z
      .array(z.string({ error: "write a text" }), {
        error: 'write the command as a list, such as ["node", "check.js"]',
      })
      .min(1, { error: "name a command" })
      .optional()
      .describe("Exec probe: a command inside the container that must exit 0."),
    within: healthTimes.within.optional(),
    every: healthTimes.every.optional(),
    successes: healthTimes.successes.optional(),
    timeout: healthTimes.timeout.optional(),
  })
  .superRefine((probe, context) => {
    const kinds = (["path", "url", "tcp", "exec"] as const).filter((kind) => probe[kind] !== undefined);
    if (kinds.length > 1) {
      context.addIssue({ code: "custom", message: `name one probe, not ${kinds.join(" and ")}` });
    }
    if (kinds[0] !== "path" && kinds[0] !== "url" && (probe.body !== undefined || probe.json !== undefined)) {
      context.addIssue({
        code: "custom",
        message: "`body` and `json` need an HTTP probe: add `path` or `url`",
      });
    }
  });

export const service = z
  .strictObject({
    kind: z
      .enum(["web", "worker"], { error: "write web (answers on a port) or worker (has no port)" })
      .default("web")
      .describe(
        "`web` answers on a port; `worker` has none and is gated by its container's state and an optional exec probe.",
      ),
    ports: z.array(port, { error: "write a list of ports" }).default([]).describe("Published ports."),
    env: z
      .record(environmentName, environmentValue, { error: "write a map of names to texts" })
      .default({})
      .describe("Environment, in clear."),
    secrets: z
      .record(environmentName, z.string({ error: "write the name of a secret setting" }), {
        error: "write a map of environment names to names of secret settings",
      })
      .default({})
      .describe("Environment from secrets: the variable's name to the name of a secret setting."),
    entrypoint: z
      .array(z.string(), { error: "write a list of texts" })
      .optional()
      .describe("Replaces the image's entry point."),
    command: z
      .array(z.string(), { error: "write a list of texts" })
      .optional()
      .describe("Replaces the image's command."),
    user: z
      .string({ error: 'write a user, such as "1000:1000"' })
      .optional()
      .describe("User (and group) that it runs as."),
    volumes: z
      .array(volumeMount, { error: "write a list of mounts" })
      .default([])
      .describe("Mounted volumes and host folders."),
    networks: z
      .array(z.string({ error: "write the name of a Docker network" }), {
        error: "write a list of network names",
      })
      .default([])
      .describe("Existing Docker networks that it joins beside the stack's own."),
    restart: z
      .enum(["no", "on-failure", "unless-stopped", "always"], {
        error: "write no, on-failure, unless-stopped or always",
      })
      .default("unless-stopped")
      .describe("Docker's restart policy."),
    cpus: z
      .number({ error: "write a number of processors, such as 0.5" })
      .positive({ error: "write a number of processors above 0, such as 0.5" })
      .optional()
      .describe("Processors that it may use; no limit by default."),
    memoryMiB: z
      .int({ error: "write a whole number of MiB, at least 6" })
      .min(6, { error: "write a whole number of MiB, at least 6" })
      .optional()
      .describe("Memory that it may use, in MiB; no limit by default."),
    readOnly: z
      .boolean({ error: "write true or false" })
      .default(false)
      .describe("Whether its root file system is read-only."),
    init: z
      .boolean({ error: "write true or false" })
      .default(true)
      .describe("Whether a small init reaps processes and passes signals on."),
    stopSignal: z
      .string({ error: "write a signal, such as SIGTERM" })
      .regex(/^SIG[A-Z0-9+-]+$/, { error: "write a signal, such as SIGTERM" })
      .default("SIGTERM")
      .describe("Signal that asks it to stop."),
    stopGraceSeconds: seconds(1, 3600)
      .int({ error: "write a whole number of seconds" })
      .default(10)
      .describe("Seconds it has to finish what is in flight before it is killed."),
    health: health.optional().describe("How its health is probed; a `web` service needs one."),
  })
  .superRefine((settings, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (settings.kind === "worker") {
      if (settings.ports.length > 0)
        complain("ports", "a worker has no port: remove the ports, or write kind: web");
      if (settings.health?.path !== undefined || settings.health?.tcp !== undefined) {
        complain(
          "health",
          "a worker is probed by `exec` or by its container's state: remove `path` and `tcp`",
        );
      }
    } else if (settings.health === undefined) {
      complain(
        "health",
        "a web service needs a health probe, such as {path: /health}; or write kind: worker",
      );
    } else if (settings.health.path !== undefined && settings.ports.length === 0) {
      complain(
        "ports",
        "`health.path` is asked on the first published port: publish one, or give `health.url`",
      );
    }
    for (const name of Object.keys(settings.secrets)) {
      if (name in settings.env) complain("secrets", `${name} is in \`env\` too: keep it in one of the two`);
    }
  });

export type ServiceSettings = z.output<typeof service>;
export type HealthSettings = z.output<typeof health>;
export type HealthDefaults = z.output<typeof healthDefaults>;
