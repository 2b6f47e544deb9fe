import type { z } from "zod";

/** One thing wrong in what a person wrote: where it is, what was found there, what to write instead. */
export interface Violation {
  /** File and path of the value, such as `releases/v2.yaml: services.api.digest`. */
  where: string;
  /** The value found, shortened; never a secret's content. */
  found: string;
  /** What to write instead, with the command where there is one. */
  expected: string;
}

/** Everything that is wrong with one piece of input, told together. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";

  constructor(
    readonly summary: string,
    readonly violations: readonly Violation[],
  ) {
    super(formatViolations(summary, violations));
  }
}

/** One line that counts, then two lines a violation. */
export function formatViolations(summary: string, violations: readonly Violation[]): string {
  const lines = violations.map((v) => `  ${v.where}\n    found ${v.found}; ${v.expected}`);
  return [
    `${summary} (${violations.length} ${violations.length === 1 ? "problem" : "problems"}):`,
    ...lines,
  ].join("\n");
}

const longestShown = 80;

/** A value as a person would recognise it, at most 80 characters. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown - 1)}…` : text;
}

/** The value at a path of an input, or undefined where the path leads nowhere. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** A path as it is written in YAML: `services.api.ports[0].host`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
}

/**
 * A schema library's issues as violations.
 * @param where turns a path into what a person finds it by; by default the path alone
 */
export function violationsOf(
  error: z.ZodError,
  input: unknown,
  where: (path: readonly PropertyKey[]) => string = pathText,
): Violation[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        where: where([...issue.path, key]),
        found: show(valueAt(input, [...issue.path, key])),
        expected: "no such setting: remove it, or correct its name",
      }));
    }
    return [{ where: where(issue.path), found: show(valueAt(input, issue.path)), expected: issue.message }];
  });
}
