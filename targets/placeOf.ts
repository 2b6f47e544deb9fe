import type { CommandTargetSettings } from "../settings/commandTargetSettings";
import type { Settings } from "../settings/settings";
import type { PlacedCommand } from "./command/place";
import type { Place } from "./place";

type TargetSettings = Pick<Settings, "target" | "command">;
type Secret = (name: string) => string;

/**
 * Where and how the services run; undefined for containers of the stack's own.
 * @param secret the text of a secret setting
 */
export function placeOf({ target, command }: TargetSettings, secret: Secret): Place | undefined {
  if (target === "docker") return undefined;
  // The settings are checked: a chosen target has its own.
  if (command === undefined) throw new Error(`the target ${target} has no settings`);
  const { deploy, status, stop, logs } = command;
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
