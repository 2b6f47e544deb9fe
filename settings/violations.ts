import type { z } from "zod";
import { nearestName } from "./nearestName";

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

/** What the caller knows of the input beyond its schema. */
export interface InputKnowledge {
  /** Whether what stands at a path may be a secret, and so is not shown. */
  hidden?: (path: readonly PropertyKey[]) => boolean;
  /** The names that a structure at a path knows, for a name that was mistyped. */
  knownNames?: (path: readonly PropertyKey[]) => readonly string[];
}

/**
 * A schema library's issues as violations. A rule of our own says what it found in its issue's `params.found`, where
 * the value alone does not.
 * @param where turns a path into what a person finds it by; by default the path alone
 */
export function violationsOf(
  error: z.ZodError,
  input: unknown,
  where: (path: readonly PropertyKey[]) => string = pathText,
  { hidden = () => false, knownNames = () => [] }: InputKnowledge = {},
): Violation[] {
  const found = (path: readonly PropertyKey[]) => {
    const value = valueAt(input, path);
    return value !== undefined && hidden(path) ? "a text that may be a secret" : show(value);
  };
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { where: where(path), found: found(path), expected: unknownName(key, knownNames(issue.path)) };
      });
    }
    const { path } = issue;
    // A map's key is wrong, not what it leads to.
    if (issue.code === "invalid_key") {
      return [{ where: where(path), found: `the name ${show(path.at(-1))}`, expected: issue.message }];
    }
    const told: unknown = issue.code === "custom" ? issue.params?.found : undefined;
    return [
      {
        where: where(path),
        found: typeof told === "string" ? told : found(path),
        expected: issue.message,
      },
    ];
  });
}

/** What to do about a name that a structure does not know. */
export function unknownName(name: string, known: readonly string[]): string {
  const meant = nearestName(known, name);
  if (meant !== undefined) return `no such setting: did you mean ${meant}? Otherwise remove it`;
  if (known.length === 0) return "no such setting: remove it, or correct its name";
  return `no such setting: remove it, or write one of ${known.join(", ")}`;
}
