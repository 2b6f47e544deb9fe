import { z } from "zod";

/**
 * Rules between settings are asked also when some of the settings are wrong, so that everything is told at once. They
 * see what the user wrote, and leave alone what has not the form that they need.
 */

/** What a structure or a map holds; nothing for any other value. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isStructure(value) ? value : {};
}

/** What a list holds; nothing for any other value. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reports what a rule finds wrong: where, what to write instead and, where the value alone does not say it, what it found. */
export type Complain = (path: PropertyKey[], message: string, found?: string) => void;

/** A rule between settings as a check of their structure, made beside wrong fields too. */
export function rule<Value>(check: (value: unknown, complain: Complain) => void): z.core.$ZodCheck<Value> {
  return z.superRefine<Value>(
    (value, context) =>
      check(value, (path, message, found) =>
        context.addIssue({
          code: "custom",
          path,
          message,
          ...(found !== undefined && { params: { found } }),
        }),
      ),
    { when: ({ value }) => isStructure(value) },
  );
}
