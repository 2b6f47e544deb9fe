import type { StackConfiguration } from "../settings/readSettings";
import { InvalidInput, pathText, unknownName, violationsOf, type Violation } from "../settings/violations";
import { reviewStackSchema, type ReviewStackSettings } from "./reviewStackSettings";

/** Settings that hold one text; every other one is structured. */
const textSettings: ReadonlySet<string> = new Set(["repository", "api", "branch"]);

/**
 * The settings of a stack that governs a repository, validated as a whole.
 * @throws InvalidInput with every violation: its path in the stack file, what was found, what to write instead
 */
export function readReviewStackSettings({
  project,
  stack,
  values,
  secretKeys,
}: StackConfiguration): ReviewStackSettings {
  const where = (path: readonly PropertyKey[]) => `Pulumi.${stack}.yaml: ${project}:${pathText(path)}`;
  const violations: Violation[] = [];
  const input: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(values)) {
    if (!key.startsWith(`${project}:`)) continue;
    const name = key.slice(project.length + 1);
    if (secretKeys.includes(key)) {
      violations.push({
        where: where([name]),
        found: "a secret",
        expected: `remove it: pulumi config rm ${name}. The token is read from GITHUB_TOKEN, and kept nowhere`,
      });
    } else if (!Object.hasOwn(reviewStackSchema.shape, name)) {
      const expected = unknownName(name, Object.keys(reviewStackSchema.shape));
      violations.push({ where: where([name]), found: "a setting in clear", expected });
    } else input[name] = textSettings.has(name) ? text : parsed(text);
  }
  const result = reviewStackSchema.safeParse(input);
  if (!result.success) violations.push(...violationsOf(result.error, input, where));
  if (!result.success || violations.length > 0)
    throw new InvalidInput(`The settings of stack ${stack} can't be used`, violations);
  return result.data;
}

/** A structured setting, or, where it is none, its text for the schema to refuse. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
