import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { JSON_SCHEMA, load } from "js-yaml";
import { stackName } from "../gates/move";
import { readSettings } from "../settings/readSettings";
import type { Settings } from "../settings/settings";
import { askPulumi } from "./askPulumi";
import { BrokenEnvironment } from "./endings";

/** A stack as its files say, from the project's folder. */
export interface NamedStack {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Its label on what it makes, such as `shop/prod`. */
  label: string;
  /** The project's name, which is the namespace of its settings. */
  project: string;
  settings: Settings;
}

/**
 * The settings of a stack, as the program reads them. No secret is decrypted, so no passphrase is needed.
 * @param asked the stack; undefined for the selected one
 * @param signal ends the questions earlier
 * @throws BrokenEnvironment where Pulumi does not tell them, InvalidInput where they can't be used
 */
export async function stackSettings(asked: string | undefined, signal?: AbortSignal): Promise<NamedStack> {
  const stack = asked ?? (await pulumi(["stack", "--show-name"], signal)).trim();
  const config = parsed(await pulumi(["config", "--json", "--stack", stack], signal));
  const entries = Object.entries(config);
  return namedStack(
    stack,
    Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])),
    entries.flatMap(([key, { secret }]) => (secret ? [key] : [])),
  );
}

/**
 * The same by the stack's own file alone, for when Pulumi does not tell them.
 * @param text what the file holds
 * @throws InvalidInput where the settings can't be used
 */
export async function settingsInFile(stack: string, text: string): Promise<NamedStack> {
  // Times stay text, as Pulumi takes them.
  const { config } = (load(text, { schema: JSON_SCHEMA }) ?? {}) as { config?: Record<string, unknown> };
  const entries = Object.entries(config ?? {});
  const isSecret = (value: unknown) => typeof value === "object" && value !== null && "secure" in value;
  return namedStack(
    stack,
    Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    entries.flatMap(([key, value]) => (isSecret(value) ? [key] : [])),
  );
}

async function namedStack(
  stack: string,
  values: Readonly<Record<string, string>>,
  secretKeys: readonly string[],
): Promise<NamedStack> {
  const project = await projectName();
  const name = stackName({ stack });
  const settings = readSettings({ project, stack: name, values, secretKeys });
  return { stack, label: `${project}/${name}`, project, settings };
}

/** The project's name, which is the namespace of its settings. @throws BrokenEnvironment where there is no project */
export async function projectName(): Promise<string> {
  const folder = projectFolder();
  if (folder === undefined) throw new BrokenEnvironment("There is no Pulumi.yaml in this folder.");
  const text = await readFile(join(folder, "Pulumi.yaml"), "utf8");
  return String((load(text) as { name?: unknown } | undefined)?.name);
}

/** The folder of the project: this one, or the nearest above it; undefined where there is none. */
export function projectFolder(): string | undefined {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function parsed(text: string): Record<string, { value?: string; secret: boolean }> {
  try {
    return JSON.parse(text) as ReturnType<typeof parsed>;
  } catch {
    throw new BrokenEnvironment("Pulumi does not tell the stack's settings: what it says is no JSON");
  }
}

async function pulumi(words: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  try {
    return await askPulumi(words, { signal });
  } catch (error) {
    throw new BrokenEnvironment(`Pulumi does not tell the stack's settings: ${(error as Error).message}`);
  }
}
