import { z } from "zod";
import {
  environmentName,
  environmentValue,
  listOf,
  mapOf,
  seconds,
  secretName,
  structure,
  wholeNumber,
} from "./values";

/** What every command that the user names says. */
const whatIsRun = {
  command: listOf(
    z.string({ error: "write a text" }),
    'write the command as a list, such as ["npm", "run", "smoke"]',
  )
    .min(1, { error: 'write the command as a list, such as ["npm", "run", "smoke"]' })
    .describe(
      "The program and its arguments, run in the project's folder, without a shell, and told what for: KNOWNGOOD_DIRECTION (`forward`, `rollback` or `same`), KNOWNGOOD_STACK, KNOWNGOOD_FROM and KNOWNGOOD_TO (tags).",
    ),
  within: seconds(1, 86_400).default(300).describe("Seconds until it is stopped, with all its children."),
  env: mapOf(environmentName, environmentValue, "write a map of names to texts")
    .default({})
    .describe("Environment of its own, in clear."),
  secrets: mapOf(
    environmentName,
    secretName,
    "write a map of environment variables to names of secret settings",
  )
    .default({})
    .describe("Environment variables whose value is a secret setting, by its name."),
};

const commandExpected = 'write the gate as a map, such as {command: ["npm", "run", "smoke"]}';

export const commandGate = structure(
  {
    ...whatIsRun,
    errorCodes: listOf(wholeNumber(1, 255, "an exit code"), "write a list of exit codes, such as [2]")
      .default([])
      .describe(
        "Exit codes by which the command says that it broke, and not that the release is bad. So do, without being named: a command that is not found or can't be executed (127, 126), one that was ended by a signal, and one whose time was over.",
      ),
  },
  commandExpected,
);

export type CommandGateSettings = z.output<typeof commandGate>;
