import { readSettings, type StackConfiguration } from "../../settings/readSettings";
import type { Settings } from "../../settings/settings";
import { InvalidInput, type Violation } from "../../settings/violations";

/** A stack's configuration as the engine hands it over: texts as they are, everything else as JSON. */
export function configuration(
  settings: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, unknown>> = {},
): StackConfiguration {
  const keyed = Object.entries({ ...settings, ...secrets }).map(([name, value]) => [
    `knowngood:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    project: "knowngood",
    stack: "prod",
    values: Object.fromEntries(keyed) as Record<string, string>,
    secretKeys: Object.keys(secrets).map((name) => `knowngood:${name}`),
  };
}

/** The least that a stack must say. */
export const least = { imageTag: "v1", services: { worker: { kind: "worker" } } };

export function settingsOf(
  settings: Readonly<Record<string, unknown>>,
  secrets?: Readonly<Record<string, unknown>>,
): Settings {
  return readSettings(configuration(settings, secrets));
}

/** What is told of wrong settings, without the stack file's name and the namespace. */
export function violationsIn(
  settings: Readonly<Record<string, unknown>>,
  secrets?: Readonly<Record<string, unknown>>,
): Violation[] {
  try {
    settingsOf(settings, secrets);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.violations.map((violation) => ({
      ...violation,
      where: violation.where.replace("Pulumi.prod.yaml: knowngood:", ""),
    }));
  }
  return [];
}
