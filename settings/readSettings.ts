import type { z } from "zod";
import { fieldsOf, itemsOf, rule, type Complain } from "./asWritten";
import { assessmentSettings, type AssessmentSettings } from "./assessmentSettings";
import { knownNames } from "./knownNames";
import { nearestName } from "./nearestName";
import { settingsSchema, type Settings } from "./settings";
import { secretName } from "./values";
import { InvalidInput, pathText, unknownName, violationsOf, type Violation } from "./violations";

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
const textSettings: ReadonlySet<string> = new Set([
  "imageTag",
  "releases",
  "stepDown",
  "acknowledge",
  "hold",
]);

/**
 * The stack's settings, validated as a whole.
 * @throws InvalidInput with every violation: its path in the stack file, what was found, what to write instead
 */
export function readSettings(configuration: StackConfiguration): Settings {
  return readWith(settingsSchema, configuration, true);
}

/**
 * The settings of a stack whose containers the user's own program runs. Other settings of the project are that program's.
 * @throws InvalidInput as `readSettings` does
 */
export function readAssessmentSettings(configuration: StackConfiguration): AssessmentSettings {
  return readWith(assessmentSettings, configuration, false);
}

/** @param whole whether the schema knows every setting of the project */
function readWith<Schema extends z.ZodObject>(
  schema: Schema,
  { project, stack, values, secretKeys }: StackConfiguration,
  whole: boolean,
): z.output<Schema> {
  const own = new Map(
    Object.entries(values)
      .filter(([key]) => key.startsWith(`${project}:`))
      .map(([key, text]) => [key.slice(project.length + 1), text]),
  );
  const secret = new Set(
    secretKeys.filter((key) => key.startsWith(`${project}:`)).map((key) => key.slice(project.length + 1)),
  );
  const where = (path: readonly PropertyKey[]) => `Pulumi.${stack}.yaml: ${project}:${pathText(path)}`;

  const violations: Violation[] = [];
  const input: Record<string, unknown> = {};
  for (const [key, text] of own) {
    if (!Object.hasOwn(schema.shape, key)) {
      if (whole && !secret.has(key)) violations.push(unknownSetting(key, where));
      continue;
    }
    if (secret.has(key)) violations.push(secretInPlace(key, where));
    input[key] = textSettings.has(key) ? text : parsed(text);
  }

  const result = schema.check(rule(secretsAreSet(own, secret))).safeParse(input);
  if (!result.success) {
    const hidden = (path: readonly PropertyKey[]) => secret.has(String(path[0])) || holdsSecretName(path);
    const names = (path: readonly PropertyKey[]) => knownNames(path, schema);
    violations.push(...violationsOf(result.error, input, where, { hidden, knownNames: names }));
  }
  if (!result.success || violations.length > 0) {
    throw new InvalidInput(`The settings of stack ${stack} can't be used`, violations);
  }
  return result.data;
}

type Where = (path: readonly PropertyKey[]) => string;

function unknownSetting(key: string, where: Where): Violation {
  return {
    where: where([key]),
    found: "a setting in clear",
    expected: `${unknownName(key, knownNames([]))}, or, if it is a secret: pulumi config set --secret ${key}`,
  };
}

function secretInPlace(key: string, where: Where): Violation {
  return textSettings.has(key)
    ? {
        where: where([key]),
        found: "a secret",
        expected: `keep it in clear: pulumi config set --plaintext ${key} VALUE`,
      }
    : {
        where: where([key]),
        found: "a secret inside a structured setting",
        expected: "keep it as a setting of its own (pulumi config set --secret NAME) and write its name here",
      };
}

/** Whether a path holds a secret's name, and so, by mistake, perhaps the secret. */
function holdsSecretName(path: readonly PropertyKey[]): boolean {
  const text = pathText(path);
  return (
    text === "database.url" ||
    text === "schema.scratch" ||
    text === "guards.ci.token" ||
    /^database\.(backup|runner)\.secrets\./.test(text) ||
    text === "record.webhook" ||
    text === "record.postmortem.token" ||
    /^(compose|symlink|systemd)\.key$/.test(text) ||
    /^services\.[^.]+\.(secrets|health\.secretHeaders)\./.test(text) ||
    /^gates\.errorRate\.(url|bearer|password)$/.test(text) ||
    /^flags\.off\.(http\.secretHeaders|command\.secrets)\./.test(text) ||
    /^(gates\.commands\.[^.]+|hooks\.(before|after)\[\d+\]|command\.[^.]+)\.secrets\./.test(text)
  );
}

/** The names of secret settings that the settings refer to, each with the path that does. */
function secretReferences(settings: unknown): { path: PropertyKey[]; name: unknown }[] {
  const {
    services,
    database,
    schema,
    gates,
    hooks,
    flags,
    guards,
    record,
    command: platform,
    ...others
  } = fieldsOf(settings);
  const { token } = fieldsOf(fieldsOf(guards).ci);
  const { scratch } = fieldsOf(schema);
  const named = (path: PropertyKey[], names: unknown) =>
    Object.entries(fieldsOf(names)).map(([key, name]) => ({ path: [...path, key], name }));
  const ofServices = Object.entries(fieldsOf(services)).flatMap(([service, value]) => {
    const { secrets, health } = fieldsOf(value);
    return [
      ...named(["services", service, "secrets"], secrets),
      ...named(["services", service, "health", "secretHeaders"], fieldsOf(health).secretHeaders),
    ];
  });
  const ofCommands = Object.entries(fieldsOf(fieldsOf(gates).commands)).flatMap(([gate, value]) =>
    named(["gates", "commands", gate, "secrets"], fieldsOf(value).secrets),
  );
  const ofHooks = ["before", "after"].flatMap((when) =>
    itemsOf(fieldsOf(hooks)[when]).flatMap((hook, index) =>
      named(["hooks", when, index, "secrets"], fieldsOf(hook).secrets),
    ),
  );
  const ofTarget = Object.entries(fieldsOf(platform)).flatMap(([what, value]) =>
    named(["command", what, "secrets"], fieldsOf(value).secrets),
  );
  const { http, command } = fieldsOf(fieldsOf(flags).off);
  return [
    ...ofServices,
    ...ofCommands,
    ...ofHooks,
    ...ofTarget,
    ...named(["flags", "off", "http", "secretHeaders"], fieldsOf(http).secretHeaders),
    ...named(["flags", "off", "command", "secrets"], fieldsOf(command).secrets),
    ...["compose", "symlink", "systemd"].map((target) => ({
      path: [target, "key"],
      name: fieldsOf(others[target]).key,
    })),
    { path: ["database", "url"], name: fieldsOf(database).url },
    { path: ["guards", "ci", "token"], name: token },
    ...["backup", "runner"].flatMap((part) =>
      named(["database", part, "secrets"], fieldsOf(fieldsOf(database)[part]).secrets),
    ),
    { path: ["record", "webhook"], name: fieldsOf(record).webhook },
    { path: ["record", "postmortem", "token"], name: fieldsOf(fieldsOf(record).postmortem).token },
    ...["bearer", "password"].map((key) => ({
      path: ["gates", "errorRate", key],
      name: fieldsOf(fieldsOf(gates).errorRate)[key],
    })),
    ...(isScratchWord(scratch) ? [] : [{ path: ["schema", "scratch"], name: scratch }]),
  ];
}

/** What `schema.scratch` can say besides a secret's name. */
const scratchWords = ["embedded", "off"];

function isScratchWord(value: unknown): boolean {
  return scratchWords.some((word) => word === value);
}

/** A rule: each secret that the settings name is set, as a secret. What is no name at all is told by the schema. */
function secretsAreSet(own: ReadonlyMap<string, string>, secret: ReadonlySet<string>) {
  return (settings: unknown, complain: Complain) => {
    for (const { path, name } of secretReferences(settings)) {
      if (!secretName.safeParse(name).success || secret.has(String(name))) continue;
      const text = String(name);
      if (own.has(text)) {
        complain(
          path,
          `set it as a secret: pulumi config set --secret ${text}`,
          `the setting ${text}, which is in clear`,
        );
      } else {
        const words = pathText(path) === "schema.scratch" ? scratchWords : [];
        const meant = nearestName([...words, ...secret], text);
        complain(
          path,
          `${meant === undefined ? "set it" : `did you mean ${meant}? Otherwise set it`} as a secret: pulumi config set --secret ${text}`,
          `the name ${text}, which is not set`,
        );
      }
    }
  };
}

/** What the YAML said: the engine passes structures, numbers and truth values on as JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
