import type { HealthRequest } from "../gates/healthRequest";
import { settledProbe } from "../gates/settledProbe";
import type { Settings } from "../settings/settings";

/** What a drill probes at a steady rate. */
export interface ProbedService {
  service: string;
  /** Without what could be a secret in it. */
  url: string;
  probe: Extract<HealthRequest["probe"], { kind: "http" }>;
  /** Milliseconds that an answer may take. */
  timeout: number;
}

/** Milliseconds after which an answer counts as none, however long the gate may wait: so many requests wait at once. */
const longestTimeout = 5_000;

/**
 * The service that is probed, by the settings of its health gate: the first that answers by HTTP, of those that move if
 * one does.
 * @param moving services that a drill moves to another image
 */
export function probedService(
  { services, gates, docker }: Pick<Settings, "services" | "gates" | "docker">,
  moving: readonly string[],
): ProbedService | { none: string } {
  const found = Object.entries(services).flatMap(([service, settings]) => {
    const probe = settledProbe(settings, docker.host);
    return probe.kind === "http" ? [{ service, settings, probe }] : [];
  });
  // A secret would need the passphrase, which nothing else of the command does.
  const open = found.filter(({ probe }) => Object.keys(probe.secretHeaders).length === 0);
  const chosen = open.find(({ service }) => moving.includes(service)) ?? open[0];
  if (chosen === undefined) {
    const [secret] = found;
    return secret === undefined
      ? { none: "no service has a health endpoint that is asked by HTTP" }
      : { none: `the health endpoint of ${secret.service} asks for a secret header` };
  }
  const { service, settings, probe } = chosen;
  const { kind, url, status = [200], headers, body, json } = probe;
  const seconds = settings.health?.timeout ?? gates.health.timeout;
  return {
    service,
    url: shownUrl(probe.url),
    probe: {
      ...{ kind, url, status },
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      ...(json && { json }),
    },
    timeout: Math.min(seconds * 1000, longestTimeout),
  };
}

function shownUrl(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
