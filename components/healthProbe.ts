import * as pulumi from "@pulumi/pulumi";
import type { HealthRequestInput } from "../gates/healthRequest";
import type { ServiceSettings } from "../settings/serviceSettings";

type Probe = HealthRequestInput["probe"];

/**
 * How a service's health is asked, by its settings. Published ports are asked where they are published: on this
 * machine, or on the host that an `ssh://` or `tcp://` engine is on.
 */
export function probeOf(
  service: ServiceSettings,
  engine: string | undefined,
  secret: (name: string) => pulumi.Output<string>,
): pulumi.Output<Probe> {
  const { health, ports } = service;
  if (health?.exec !== undefined) return pulumi.output({ kind: "exec" as const, command: health.exec });
  if (health?.tcp !== undefined) {
    const port = ports.find(({ host }) => host === health.tcp);
    return pulumi.output({ kind: "tcp" as const, host: reachable(port?.address, engine), port: health.tcp });
  }
  const url =
    health?.url ?? (health?.path !== undefined ? publishedUrl(service, health.path, engine) : undefined);
  if (health === undefined || url === undefined) return pulumi.output({ kind: "state" as const });
  const secretHeaders = Object.fromEntries(
    Object.entries(health.secretHeaders).map(([header, name]) => [header, secret(name)]),
  );
  return pulumi.all([secretHeaders]).apply(([hidden]) => ({
    kind: "http" as const,
    url,
    status: health.status,
    headers: { ...health.headers, ...hidden },
    ...(health.body !== undefined && { body: health.body }),
    ...(health.json !== undefined && { json: health.json }),
  }));
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
