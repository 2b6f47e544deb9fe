import { isDeepStrictEqual } from "node:util";
import { containerName } from "../assessment/engineEvidence";
import { probe as probeShape } from "../gates/healthRequest";
import { settledProbe, type SettledProbe } from "../gates/settledProbe";
import { containerType, deployedServiceType, labels, labelsOf } from "../history/running";
import type { StackState, StateResource } from "../history/stackState";
import { containerPrefix } from "../settings/containerPrefix";
import type { ServiceSettings } from "../settings/serviceSettings";
import type { Settings } from "../settings/settings";
import type { Known } from "./status";

/** A stack as its file says it now. */
export interface FileQuestion {
  /** Project and stack, such as `shop/prod`. */
  label: string;
  settings: Pick<Settings, "services" | "docker" | "gates">;
}

/** How a service is asked, and how many seconds that may take. */
export interface Asking {
  probe: SettledProbe;
  timeout: number;
}

/**
 * A stack as it is to be looked at: by what its last `up` made, and not by a stack file that has changed since. What has
 * never been made is as the file says it.
 */
export interface AsDeployed {
  /** The label of its containers. */
  label: string;
  /** What their names begin with. */
  prefix: string;
  /** Those of the file and those that the state holds, each with how it is asked, else why it is not. */
  services: ReadonlyMap<string, Known<Asking>>;
  /** What the stack file says otherwise than the last `up`, in sentences. */
  changed: readonly string[];
}

/** @param state undefined where it is not known: then all is as the file says */
export function asDeployed(state: StackState | undefined, { label, settings }: FileQuestion): AsDeployed {
  const held = heldServices(state);
  const own = containerPrefix(settings, label);
  const prefix = oneOf(
    held.map(({ prefix: each }) => each),
    own,
  );
  const labelled = oneOf(
    held.map(({ stack }) => stack),
    label,
  );
  const asked = deployedProbes(state);
  const names = [...new Set([...Object.keys(settings.services), ...held.map(({ service }) => service)])];
  const looked = names.sort().map((service) => ({
    service,
    ...howAsked(service, {
      settings,
      made: held.find((each) => each.service === service)?.resource,
      deployed: asked.get(service),
    }),
  }));
  return {
    label: labelled,
    prefix,
    services: new Map(looked.map(({ service, asking }) => [service, asking])),
    changed: [
      ...(labelled === label ? [] : [`the stack was ${labelled} then, and its records lie under that name`]),
      ...(prefix === own
        ? []
        : [
            `its containers are named ${containerName({ network: prefix }, "…")}, and not ${containerName({ network: own }, "…")}`,
          ]),
      ...looked.flatMap(({ changed }) => changed ?? []),
    ],
  };
}

interface HeldService {
  service: string;
  /** This and the prefix are undefined of what is no container of the stack's own. */
  stack: string | undefined;
  prefix: string | undefined;
  resource: StateResource;
}

function heldServices(state: StackState | undefined): HeldService[] {
  return (state?.resources ?? []).flatMap((resource): HeldService[] => {
    const hosted = resource.type === deployedServiceType ? resource.outputs?.service : undefined;
    if (typeof hosted === "string")
      return [{ service: hosted, stack: undefined, prefix: undefined, resource }];
    if (resource.type !== containerType || resource.id === undefined) return [];
    const own = labelsOf(resource);
    const [service, stack] = [own.get(labels.service), own.get(labels.stack)];
    const name = resource.inputs?.name;
    if (service === undefined || stack === undefined) return [];
    const ending = `-${service}`;
    const prefix =
      typeof name === "string" && name.endsWith(ending) ? name.slice(0, -ending.length) : undefined;
    return [{ service, stack, prefix, resource }];
  });
}

/** The one that all have, else the file's: an update has died between them. */
function oneOf(found: readonly (string | undefined)[], own: string): string {
  const [only = own, ...others] = new Set(found.filter((each) => each !== undefined));
  return others.length === 0 ? only : own;
}

/** How the health gates of the last `up` asked, by service. One whose request holds a secret is encrypted, and left out. */
function deployedProbes(state: StackState | undefined): ReadonlyMap<string, Asking> {
  const found = new Map<string, Asking>();
  for (const { type, urn, inputs } of state?.resources ?? []) {
    if (type !== "command:local:Command" || !urn.includes("HealthGate")) continue;
    const { service, probe, timeout } = requestIn(inputs?.stdin);
    const { data } = probeShape.safeParse(probe);
    if (typeof service !== "string" || data === undefined) continue;
    found.set(service, {
      probe: data.kind === "http" ? { ...data, secretHeaders: {} } : data,
      timeout: typeof timeout === "number" ? timeout : 5,
    });
  }
  return found;
}

function requestIn(stdin: unknown): { service?: unknown; probe?: unknown; timeout?: unknown } {
  try {
    return (JSON.parse(typeof stdin === "string" ? stdin : "{}") ?? {}) as ReturnType<typeof requestIn>;
  } catch {
    return {};
  }
}

function howAsked(
  service: string,
  {
    settings,
    made,
    deployed,
  }: { settings: FileQuestion["settings"]; made?: StateResource; deployed?: Asking },
): { asking: Known<Asking>; changed?: string } {
  const declared = settings.services[service];
  if (declared === undefined)
    return {
      asking: deployed ?? { unknown: "the stack file no longer says how it is asked" },
      changed: `the state holds ${service}, which the file names no more`,
    };
  const probe = settledProbe(declared, settings.docker.host);
  const timeout = declared.health?.timeout ?? settings.gates.health.timeout;
  if (made === undefined) return { asking: { probe, timeout } };
  if (deployed !== undefined) {
    if (sameProbe(probe, deployed.probe)) return { asking: { probe, timeout } };
    // Headers that are secret now may have been so then.
    return { asking: deployed, changed: `${service} was asked otherwise then, and is still asked so` };
  }
  const missing = unpublished(probe, declared, made);
  if (missing === undefined) return { asking: { probe, timeout } };
  return {
    asking: { unknown: `port ${missing} is not one of the last up` },
    changed: `${service} was not published at port ${missing}, and is not asked there`,
  };
}

function sameProbe(one: SettledProbe, other: SettledProbe): boolean {
  return isDeepStrictEqual(whole(one), whole(other));
}

/** With what is left out as what it stands for. */
function whole(probe: SettledProbe): SettledProbe {
  if (probe.kind !== "http") return probe;
  return { ...probe, status: probe.status ?? [200], headers: probe.headers ?? {} };
}

/** The port of this machine that a probe asks, that the file publishes the service on, and that the container has not. */
function unpublished(
  probe: SettledProbe,
  { ports }: Pick<ServiceSettings, "ports">,
  { inputs }: StateResource,
): number | undefined {
  const port = portOf(probe);
  const published = Array.isArray(inputs?.ports) ? (inputs.ports as { external?: number }[]) : [];
  if (port === undefined || published.length === 0) return undefined;
  // A service may be asked through something else of this machine, such as a proxy.
  if (!ports.some(({ host }) => host === port)) return undefined;
  return published.some(({ external }) => external === port) ? undefined : port;
}

function portOf(probe: SettledProbe): number | undefined {
  if (probe.kind === "tcp") return probe.port;
  if (probe.kind !== "http") return undefined;
  const { hostname, port } = new URL(probe.url);
  // What is asked elsewhere need not be published here.
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) && port !== "" ? Number(port) : undefined;
}
