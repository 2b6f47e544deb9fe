import type { z } from "zod";
import { commandEnvironment, commandWords } from "./commandValues";
import { listOf, resourceName, seconds, structure, wholeNumber } from "./values";

/** What every command that the user names says. */
const whatIsRun = {
  command: commandWords('write the command as a list, such as ["npm", "run", "smoke"]').describe(
    "The program and its arguments, run in the project's folder, without a shell, and told what for: KNOWNGOOD_DIRECTION (`forward`, `rollback` or `same`), KNOWNGOOD_STACK, KNOWNGOOD_FROM and KNOWNGOOD_TO (tags).",
  ),
  within: seconds(1, 86_400).default(300).describe("Seconds until it is stopped, with all its children."),
  ...commandEnvironment,
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

/** A command around the change of services. */
export const hook = structure(
  {
    name: resourceName.describe("What it is called in Pulumi's display and in its record."),
    ...whatIsRun,
  },
  'write the hook as a map, such as {name: drain, command: ["./drain.sh"]}',
);

const hookList = (text: string) =>
  listOf(hook, 'write a list of hooks, such as [{name: drain, command: ["./drain.sh"]}]')
    .default([])
    .describe(text);

export const hooks = structure(
  {
    before: hookList(
      "Before: once every image is pulled, ahead of migrations and services. One that fails ends the `up`, and no service is touched.",
    ),
    after: hookList(
      "After: once the services are healthy, ahead of the other gates. One that fails fails the `up`.",
    ),
  },
  'write the hooks as a map, such as {before: [{name: drain, command: ["./drain.sh"]}]}',
).prefault({});

export type HookSettings = z.output<typeof hook>;
