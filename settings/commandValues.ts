import { z } from "zod";
import { environmentName, environmentValue, listOf, mapOf, secretName } from "./values";

/**
 * A program and its arguments, at least the program.
 * @param expected what to write instead, such as `write the command as a list, such as ["npm", "run", "smoke"]`
 */
export function commandWords(expected: string) {
  return listOf(z.string({ error: "write a text" }), expected).min(1, { error: expected });
}

/** Environment variables in clear. */
export const environment = mapOf(environmentName, environmentValue, "write a map of names to texts").default(
  {},
);

/** Environment variables whose value is a secret setting, by its name. */
export const secretEnvironment = mapOf(
  environmentName,
  secretName,
  "write a map of environment variables to names of secret settings",
).default({});

/** What every command of its own kind has beside its words. */
export const commandEnvironment = {
  env: environment.describe("Environment of its own, in clear."),
  secrets: secretEnvironment.describe("Environment variables whose value is a secret setting, by its name."),
};
