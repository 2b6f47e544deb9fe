import { join } from "node:path";
import { JSON_SCHEMA, load } from "js-yaml";
import { stackName } from "../gates/move";
import { readSettings } from "../settings/readSettings";
import type { Settings } from "../settings/settings";
import { InvalidInput } from "../settings/violations";
import { stackFile } from "../updates/stackFile";
import { askPulumi } from "./askPulumi";
import { BrokenEnvironment } from "./endings";
import { withNextStep } from "./nextStep";
import { ownProgram } from "./ownProgram";
import { checkYaml, neededProjectFolder, projectName } from "./project";

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

/** A stack that the backend does not have. */
export class NoSuchStack extends InvalidInput {
  constructor(readonly asked: string) {
    super("There is no such stack", [
      {
        where: "--stack",
        found: `${asked}, which the backend does not have`,
        expected: "name one of: pulumi stack ls; which backend it is: pulumi whoami --verbose",
      },
    ]);
  }
}

/** Nobody has said which stack is meant. */
export class NoStackSelected extends InvalidInput {
  constructor() {
    super("No stack is meant", [
      {
        where: "--stack",
        found: "nothing, and no stack is selected",
        expected: "name one of: pulumi stack ls; or select one: pulumi stack select STACK",
      },
    ]);
  }
}

/**
 * The settings of a stack, as the program reads them. No secret is decrypted, so no passphrase is needed.
 * @param asked the stack; undefined for the selected one
 * @param signal ends the questions earlier
 * @throws BrokenEnvironment where Pulumi does not tell them, InvalidInput where they can't be used, or there is no such
 * project or stack; OwnProgram, which is one, where a program of the user's own deploys the services
 */
export async function stackSettings(asked: string | undefined, signal?: AbortSignal): Promise<NamedStack> {
  const project = projectName();
  const stack = asked ?? (await selectedStack(signal));
  const config = await configOf(stack, signal);
  const entries = Object.entries(config);
  const values = Object.fromEntries(entries.map(([key, { value = "" }]) => [key, value]));
  const secretKeys = entries.flatMap(([key, { secret }]) => (secret ? [key] : []));
  try {
    return namedStack(project, stack, values, secretKeys);
  } catch (error) {
    if (!(error instanceof InvalidInput) || `${project}:services` in values) throw error;
    const configuration = { project, stack: stackName({ stack }), values, secretKeys };
    throw (await ownProgram(stack, configuration, signal)) ?? error;
  }
}

/**
 * The same by the stack's own file alone, for when Pulumi does not tell them.
 * @param text what the file holds
 * @throws InvalidInput where the settings can't be used
 */
export function settingsInFile(stack: string, text: string): NamedStack {
  // Times stay text, as Pulumi takes them.
  const { config } = (load(text, { schema: JSON_SCHEMA }) ?? {}) as { config?: Record<string, unknown> };
  const entries = Object.entries(config ?? {});
  const isSecret = (value: unknown) => typeof value === "object" && value !== null && "secure" in value;
  return namedStack(
    projectName(),
    stack,
    Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    entries.flatMap(([key, value]) => (isSecret(value) ? [key] : [])),
  );
}

function namedStack(
  project: string,
  stack: string,
  values: Readonly<Record<string, string>>,
  secretKeys: readonly string[],
): NamedStack {
  const name = stackName({ stack });
  const settings = readSettings({ project, stack: name, values, secretKeys });
  return { stack, label: `${project}/${name}`, project, settings };
}

async function selectedStack(signal: AbortSignal | undefined): Promise<string> {
  try {
    return (await pulumi(["stack", "--show-name"], signal)).trim();
  } catch (error) {
    throw /no stack selected/.test((error as Error).message) ? new NoStackSelected() : error;
  }
}

async function configOf(stack: string, signal: AbortSignal | undefined): Promise<ReturnType<typeof parsed>> {
  try {
    return parsed(await pulumi(["config", "--json", "--stack", stack], signal));
  } catch (error) {
    const folder = neededProjectFolder();
    const file = stackFile(stack, folder);
    checkYaml(join(folder, file), file);
    throw /no stack named .* found/.test((error as Error).message) ? new NoSuchStack(stack) : error;
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
    throw new BrokenEnvironment(
      `Pulumi does not tell the stack's settings: ${withNextStep((error as Error).message)}`,
    );
  }
}
