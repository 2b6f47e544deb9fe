import { z } from "zod";
import { rule } from "./asWritten";
import { environment } from "./commandValues";
import { headers, httpStatuses, secretHeaders } from "./httpValues";
import { checkHealth, checkMount, checkService } from "./serviceRules";
import {
  absolutePath,
  environmentName,
  ipAddress,
  listOf,
  mapOf,
  portNumber,
  resourceName,
  seconds,
  secretName,
  structure,
  text,
  truthValue,
  wholeNumber,
} from "./values";

export const port = structure(
  {
    container: portNumber.describe("Port that the service listens on, inside the container."),
    host: portNumber.describe("Port on the host that it is published at."),
    address: ipAddress
      .default("127.0.0.1")
      .describe("Address of the host that it is published on; the default is reached from the host only."),
    protocol: z
      .enum(["tcp", "udp"], { error: "write tcp or udp" })
      .default("tcp")
      .describe("Transport protocol."),
  },
  "write a port, such as {container: 8080, host: 8080}",
);

export const volumeMount = structure(
  {
    volume: resourceName.optional().describe("A volume of the stack's `volumes`; or give `host`."),
    host: absolutePath("on the host")
      .optional()
      .describe("A folder of the host, absolute; or give `volume`."),
    container: absolutePath("inside the container").describe(
      "Where it appears inside the container, absolute.",
    ),
    readOnly: truthValue.default(false).describe("Whether the service may only read it."),
  },
  "write a mount, such as {volume: uploads, container: /data}",
).check(rule(checkMount));

/** Times of a health gate; each service may set its own, the stack sets the default of all. */
const healthTimes = {
  within: seconds(1, 3600).describe("Seconds in which the service must be healthy."),
  every: seconds(0.1, 300).describe("Seconds between probes; the first ones come faster."),
  successes: wholeNumber(1, 100).describe(
    "Successes in a row that are needed, with no restart of the container during them. For a worker without an exec probe at least 12 (3 s), unless the service sets its own.",
  ),
  timeout: seconds(0.1, 60).describe("Seconds that one probe may take."),
};

/** The defaults are those of the runbooks: 200 within 12 x 10 s. */
export const healthDefaults = structure(
  {
    within: healthTimes.within.default(120),
    every: healthTimes.every.default(10),
    successes: healthTimes.successes.default(3),
    timeout: healthTimes.timeout.default(5),
  },
  "write the times of the health gates, such as {within: 120}",
).prefault({});

export const health = structure(
  {
    path: text("write the path of the health endpoint, such as /health")
      .regex(/^\//, { error: "begin the path with /, such as /health" })
      .optional()
      .describe("HTTP probe: path on the service's first published port."),
    url: z
      .url({ protocol: /^https?$/, error: "write a whole URL, such as https://shop.example/health" })
      .optional()
      .describe("HTTP probe: a whole URL, where the published port is not the way in."),
    status: httpStatuses.default([200]).describe("HTTP statuses that count as healthy."),
    body: text("write the text that the answer must contain")
      .optional()
      .describe("Text that the answer must contain."),
    json: mapOf(z.string(), z.unknown(), "write a map of dotted paths to values, such as {status: ok}")
      .optional()
      .describe("Values that the JSON answer must have, by dotted path."),
    headers: headers.describe("Request headers of the HTTP probe."),
    secretHeaders: secretHeaders.describe("Request headers whose value is a secret setting, by its name."),
    tcp: portNumber.optional().describe("TCP probe: the published host port that must accept a connection."),
    exec: listOf(
      z.string({ error: "write a text" }),
      'write the command as a list, such as ["node", "check.js"]',
    )
      .min(1, { error: "name a command" })
      .optional()
      .describe("Exec probe: a command inside the container that must exit 0."),
    within: ownTime("within"),
    every: ownTime("every"),
    successes: ownTime("successes"),
    timeout: ownTime("timeout"),
  },
  "write how it is probed, such as {path: /health}",
).check(rule(checkHealth));

/** A time that a service sets for itself. */
function ownTime(name: keyof typeof healthTimes) {
  const time = healthTimes[name];
  return time.optional().describe(`${time.description} By default \`gates.health.${name}\`.`);
}

export const service = structure(
  {
    kind: z
      .enum(["web", "worker"], { error: "write web (answers on a port) or worker (has no port)" })
      .default("web")
      .describe(
        "`web` answers on a port; `worker` has none and is gated by its container's state and an optional exec probe.",
      ),
    ports: listOf(port, "write a list of ports, such as [{container: 8080, host: 8080}]")
      .default([])
      .describe("Published ports."),
    env: environment.describe("Environment, in clear."),
    secrets: mapOf(
      environmentName,
      secretName,
      "write a map of environment names to names of secret settings",
    )
      .default({})
      .describe("Environment from secrets: the variable's name to the name of a secret setting."),
    entrypoint: listOf(z.string({ error: "write a text" }), "write a list of texts")
      .optional()
      .describe("Replaces the image's entry point."),
    command: listOf(z.string({ error: "write a text" }), "write a list of texts")
      .optional()
      .describe("Replaces the image's command."),
    user: text('write a user, such as "1000:1000"').optional().describe("User (and group) that it runs as."),
    volumes: listOf(volumeMount, "write a list of mounts, such as [{volume: uploads, container: /data}]")
      .default([])
      .describe("Mounted volumes and host folders."),
    networks: listOf(text("write the name of a Docker network"), "write a list of network names")
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
    readOnly: truthValue.default(false).describe("Whether its root file system is read-only."),
    init: truthValue.default(true).describe("Whether a small init reaps processes and passes signals on."),
    stopSignal: text("write a signal, such as SIGTERM")
      .regex(/^SIG[A-Z0-9+-]+$/, { error: "write a signal, such as SIGTERM" })
      .default("SIGTERM")
      .describe("Signal that asks it to stop."),
    stopGraceSeconds: wholeNumber(1, 3600, "a whole number of seconds")
      .default(10)
      .describe("Seconds it has to finish what is in flight before it is killed."),
    health: health.optional().describe("How its health is probed; a `web` service needs one."),
  },
  "write the service's settings as a map",
).check(rule(checkService));

export type ServiceSettings = z.output<typeof service>;
