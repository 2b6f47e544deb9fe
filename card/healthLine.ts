import { settledProbe, type SettledProbe } from "../gates/settledProbe";
import { quoted } from "../components/ownCommand";
import type { ServiceSettings } from "../settings/serviceSettings";
import type { Settings } from "../settings/settings";
import type { CardEngine } from "./card";

/** Waits for a service's health as far as a shell can ask: its container's state, and curl or its own exec probe. */
export function healthLine(
  container: string,
  service: ServiceSettings,
  { settings, engine }: { settings: Settings; engine: CardEngine },
): string {
  const { within, timeout } = settings.gates.health;
  const own = quoted(container);
  const most = Math.ceil(service.health?.timeout ?? timeout);
  const probe = settledProbe(service, settings.docker.host ?? engine.host);
  const wait = `healthy ${own} ${Math.ceil(service.health?.within ?? within)}`;
  switch (probe.kind) {
    case "exec":
      return `${wait} ends ${most} docker exec ${own} ${probe.command.map(quoted).join(" ")}`;
    case "http": {
      const hidden = Object.keys(probe.secretHeaders);
      if (hidden.length > 0)
        return `${wait} lasts ${own} # ask it yourself, with ${hidden.join(", ")}: ${probe.url}`;
      return [wait, ...answersWords(probe, most)].join(" ");
    }
    case "tcp":
      return `${wait} lasts ${own} # it is to accept connections at ${probe.host}:${probe.port}`;
    case "state":
      return `${wait} lasts ${own}`;
    default:
      return probe satisfies never;
  }
}

/** What asks by HTTP, as every card's functions have it: `answers` with its words. */
export function answersWords(
  { url, status, headers }: Extract<SettledProbe, { kind: "http" }>,
  most: number,
): (string | number)[] {
  const sent = Object.entries(headers ?? {}).map(([key, value]) => `--header ${quoted(`${key}: ${value}`)}`);
  return ["answers", quoted((status ?? [200]).join(" ")), most, quoted(url), ...sent];
}
