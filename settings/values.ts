import { isIP } from "node:net";
import { z } from "zod";

/** A name that is at once a Docker name part, a network alias and a key in YAML. */
export const resourceName = z.string({ error: "write a name" }).regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: "write a name of lower-case letters, digits and dashes, beginning with a letter, at most 40 long",
});

/** The name under which a secret is set; what a person pastes in its place by mistake must not pass for one. */
export const secretName = z
  .string({ error: "write the name of a secret setting" })
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, {
    error:
      "write the name of a secret setting, not the secret itself: set it with pulumi config set --secret NAME, and write NAME here",
  });

export const environmentName = z
  .string({ error: "write an environment variable's name" })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error:
      "write an environment variable's name: letters, digits and underscores, not beginning with a digit",
  });

export const environmentValue = z.string({
  error: 'write a text; a number or true/false goes in quotes, such as "8080"',
});

export const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "write a header's name, such as Accept" });

const addressError = { error: "write an IP address of the host, such as 127.0.0.1" };
export const ipAddress = z.string(addressError).refine((text) => isIP(text) !== 0, addressError);

export const truthValue = z.boolean({ error: "write true or false" });

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: `write one of ${words.join(", ")}` });
}

/** A number of seconds, the limits included. */
export function seconds(least: number, most: number) {
  const wrong = { error: `write a number of seconds from ${least} to ${most}` };
  return z.number(wrong).min(least, wrong).max(most, wrong);
}

/** A whole number, the limits included. */
export function wholeNumber(least: number, most: number, what = "a whole number") {
  const wrong = { error: `write ${what} from ${least} to ${most}` };
  return z.int(wrong).min(least, wrong).max(most, wrong);
}

export const portNumber = wholeNumber(1, 65535, "a port");

/** A text of any length but none. */
export function text(expected: string) {
  return z.string({ error: expected }).min(1, { error: expected });
}

export function absolutePath(place: string) {
  const wrong = { error: `write an absolute path ${place}` };
  return z.string(wrong).regex(/^\//, wrong);
}

export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected });
}

/** A map of names that the user chooses. A name that is none is told in the words of its own schema. */
export function mapOf<Key extends z.ZodString, Value extends z.ZodType>(
  key: Key,
  value: Value,
  expected: string,
) {
  return z.record(key, value, {
    error: (issue) =>
      issue.code === "invalid_key"
        ? (issue as unknown as { issues: { message: string }[] }).issues[0]?.message
        : expected,
  });
}

/** A structure of named settings; unknown names are told by whoever knows the right ones. */
export function structure<Shape extends z.core.$ZodLooseShape>(shape: Shape, expected: string) {
  return z.strictObject(shape, { error: expected });
}
