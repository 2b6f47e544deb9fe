import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { stackName } from "../gates/move";
import { readSettings } from "../settings/readSettings";
import type { Settings } from "../settings/settings";
import { askPulumi } from "./askPulumi";
import { BrokenEnvironment } from "./exitCodes";

/** A stack as its files say, from the project's folder. */
export interface NamedStack {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Its label on what it makes, such as `shop/prod`. */
  label: string;
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
  const config = JSON.parse(await pulumi(["config", "--json", "--stack", stack], signal)) as Record<
    string,
    { value?: string; secret: boolean }
  >;
  const entries = Object.entries(config);
  const project = await projectName();
  const name = stackName({ stack });
  const settings = readSettings({
    project,
    stack: name,
    values: Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value])),
    secretKeys: entries.flatMap(([key, { secret }]) => (secret ? [key] : [])),
  });
  return { stack, label: `${project}/${name}`, settings };
}

/** Pulumi has found it by now. */
async function projectName(): Promise<string> {
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

async function pulumi(words: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  try {
    return await askPulumi(words, signal);
  } catch (error) {
    throw new BrokenEnvironment(`Pulumi does not tell the stack's settings: ${(error as Error).message}`);
  }
}
