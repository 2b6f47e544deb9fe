import type { ServiceSettings } from "../settings/serviceSettings";
import type { HealthRequestInput } from "./healthRequest";

type Probe = HealthRequestInput["probe"];

/** A probe as the settings have it: secret headers by the name of their secret. */
export type SettledProbe = Exclude<Probe, { kind: "http" }> | SettledHttpProbe;
type SettledHttpProbe = Extract<Probe, { kind: "http" }> & {
  secretHeaders: Readonly<Record<string, string>>;
};

/**
 * How a service's health is asked, by its settings. Published ports are asked where they are published: on this
 * machine, or on the host that an `ssh://` or `tcp://` engine is on.
 */
export function settledProbe(service: ServiceSettings, engine: string | undefined): SettledProbe {
  const { health, ports } = service;
  if (health?.exec !== undefined) return { kind: "exec", command: health.exec };
  if (health?.tcp !== undefined) {
    const port = ports.find(({ host }) => host === health.tcp);
    return { kind: "tcp", host: reachable(port?.address, engine), port: health.tcp };
  }
  const url =
    health?.url ?? (health?.path !== undefined ? publishedUrl(service, health.path, engine) : undefined);
  if (health === undefined || url === undefined) return { kind: "state" };
  return {
    kind: "http",
    url,
    status: health.status,
    headers: health.headers,
    secretHeaders: health.secretHeaders,
    ...(health.body !== undefined && { body: health.body }),
    ...(health.json !== undefined && { json: health.json }),
  };
}

function publishedUrl(
  { ports }: ServiceSettings,
  path: string,
  engine: string | undefined,
): string | undefined {
  const port = ports[0];
  return port && `http://${reachable(port.address, engine)}:${port.host}${path}`;
}

/** Where a published port is reached from here. */
function reachable(address: string | undefined, engine: string | undefined): string {
  const remote = /^(?:ssh|tcp):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(engine ?? "")?.[1];
  if (remote !== undefined) return remote;
  if (address === undefined || address === "0.0.0.0") return "127.0.0.1";
  if (address === "::") return "[::1]";
  return address.includes(":") ? `[${address}]` : address;
}
