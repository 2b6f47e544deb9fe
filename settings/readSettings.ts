import { InvalidInput, pathText, violationsOf, type Violation } from "./violations";
import { settingsSchema, type Settings } from "./settings";

/** A stack's configuration as the engine hands it to a program. */
export interface StackConfiguration {
  project: string;
  stack: string;
  /** Every configuration key with its namespace, such as `knowngood:imageTag`, to its text; structured values are JSON. */
  values: Readonly<Record<string, string>>;
  /** The keys whose value, or a part of it, is a secret. */
  secretKeys: readonly string[];
}

/** Settings that hold one text; every other one is structured. */
const textSettings: ReadonlySet<string> = new Set(["imageTag", "releases"]);

/**
 * The stack's settings, validated as a whole.
 * @throws InvalidInput with every violation: its path in the stack file, what was found, what to write instead
 */
export function readSettings(configuration: StackConfiguration): Settings {
  const { project, stack, values } = configuration;
  const own = new Map(
    Object.entries(values)
      .filter(([key]) => key.startsWith(`${project}:`))
      .map(([key, text]) => [key.slice(project.length + 1), text]),
  );
  const secret = new Set(
    configuration.secretKeys
      .filter((key) => key.startsWith(`${project}:`))
      .map((key) => key.slice(project.length + 1)),
  );
  const where = (path: readonly PropertyKey[]) => `Pulumi.${stack}.yaml: ${project}:${pathText(path)}`;

  const known = new Set(Object.keys(settingsSchema.shape));
  const violations: Violation[] = [];
  const input: Record<string, unknown> = {};
  for (const [key, text] of own) {
    if (known.has(key)) {
      if (secret.has(key)) {
        violations.push({
          where: where([key]),
          found: "a secret inside a structured setting",
          expected:
            "keep it as a setting of its own (pulumi config set --secret NAME) and write its name here",
        });
      }
      input[key] = textSettings.has(key) ? text : parsed(text);
    } else if (!secret.has(key)) {
      violations.push({
        where: where([key]),
        found: "a setting in clear",
        expected: `no such setting: remove it, correct its name, or, if it is a secret, pulumi config set --secret ${key}`,
      });
    }
  }

  const result = settingsSchema.safeParse(input);
  if (!result.success) violations.push(...violationsOf(result.error, input, where));
  else violations.push(...missingSecrets(result.data, own, secret, where));
  if (!result.success || violations.length > 0) {
    throw new InvalidInput(`The settings of stack ${stack} can't be used`, violations);
  }
  return result.data;
}

/** The names of the secret settings that the settings refer to, each with the path that does. */
export function secretReferences(settings: Settings): { path: PropertyKey[]; name: string }[] {
  const ofServices = Object.entries(settings.services).flatMap(([service, { secrets, health }]) => [
    ...Object.entries(secrets).map(([variable, name]) => ({
      path: ["services", service, "secrets", variable],
      name,
    })),
    ...Object.entries(health?.secretHeaders ?? {}).map(([header, name]) => ({
      path: ["services", service, "health", "secretHeaders", header],
      name,
    })),
  ]);
  return settings.database === undefined
    ? ofServices
    : [...ofServices, { path: ["database", "url"], name: settings.database.url }];
}

function missingSecrets(
  settings: Settings,
  own: ReadonlyMap<string, string>,
  secret: ReadonlySet<string>,
  where: (path: readonly PropertyKey[]) => string,
): Violation[] {
  return secretReferences(settings)
    .filter(({ name }) => !own.has(name) || !secret.has(name))
    .map(({ path, name }) => ({
      where: where(path),
      found: own.has(name) ? `the setting ${name}, which is in clear` : `the name ${name}, which is not set`,
      expected: `set it as a secret: pulumi config set --secret ${name}`,
    }));
}

/** What the YAML said: the engine passes structures, numbers and truth values on as JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
