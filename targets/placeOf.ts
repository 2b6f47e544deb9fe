import type { Host } from "../hosts/host";
import type { CommandTargetSettings } from "../settings/commandTargetSettings";
import type { ComposeSettings } from "../settings/composeSettings";
import { hostOf, type HostSettings } from "../settings/hostSettings";
import type { Settings } from "../settings/settings";
import type { PlacedCommand } from "./command/place";
import type { Place } from "./place";

type TargetSettings = Pick<Settings, "target" | "command" | "compose" | "symlink" | "systemd">;
type Secret = (name: string) => string;

/**
 * Where and how the services run; undefined for containers of the stack's own.
 * @param secret the text of a secret setting
 */
export function placeOf(settings: TargetSettings, secret: Secret): Place | undefined {
  const { target, command, compose, symlink, systemd } = settings;
  switch (target) {
    case "docker":
      return undefined;
    case "compose":
      return composePlace(compose ?? unset(target), secret);
    case "command":
      return commandPlace(command ?? unset(target), secret);
    case "systemd":
      return { kind: "systemd", ...onHost(systemd ?? unset(target), secret) };
    case "symlink":
      return { kind: "symlink", ...onHost(symlink ?? unset(target), secret) };
    default:
      return target satisfies never;
  }
}

/** The settings are checked: a chosen target has its own. */
function unset(target: string): never {
  throw new Error(`the target ${target} has no settings`);
}

function composePlace(settings: ComposeSettings, secret: Secret): Place {
  const { host, ...project } = onHost(settings, secret);
  return { kind: "compose", ...(host && { host }), project };
}

/** Settings with the host that they mean in place of what it is reached by. */
function onHost<Own extends HostSettings>(
  { host: address, hostKeys, key, jump, ...own }: Own,
  secret: Secret,
): Omit<Own, keyof HostSettings> & { host?: Host } {
  const host = hostOf({ host: address, hostKeys, key, jump }, secret);
  return { ...own, ...(host && { host }) };
}

function commandPlace({ deploy, status, stop, logs }: CommandTargetSettings, secret: Secret): Place {
  return {
    kind: "command",
    deploy: placed(deploy, secret),
    status: { ...placed(status, secret), ...(status.runs !== undefined && { runs: status.runs }) },
    ...(stop && { stop: placed(stop, secret) }),
    ...(logs && { logs: placed(logs, secret) }),
  };
}

/** Names of the secret settings that a place holds. */
export function secretsOfPlace(settings: TargetSettings): string[] {
  const names = new Set<string>();
  placeOf(settings, (name) => {
    names.add(name);
    return "";
  });
  return [...names].sort();
}

function placed(
  { command, within, env, secrets }: CommandTargetSettings["deploy"],
  secret: Secret,
): PlacedCommand {
  const hidden = Object.entries(secrets).map(([variable, name]) => [variable, secret(name)]);
  return { command, within, env: { ...env, ...(Object.fromEntries(hidden) as Record<string, string>) } };
}
