import type { z } from "zod";
import { placeholders, unknownPlaceholders } from "../targets/command/placeholders";
import { fieldsOf, itemsOf, rule, type Complain } from "./asWritten";
import { commandEnvironment, commandWords } from "./commandValues";
import { seconds, structure, text } from "./values";

const names = Object.keys(placeholders)
  .map((name) => `{${name}}`)
  .join(", ");

const expected = 'write the command as a map, such as {command: ["platform", "deploy", "--image={image}"]}';

function platformCommand(what: string, within: number) {
  return {
    command: commandWords(
      'write the command as a list, such as ["platform", "deploy", "--image={image}"]',
    ).describe(
      `${what} Run in the project's folder, without a shell, once for each service. In its words ${names} stand for what is meant.`,
    ),
    within: seconds(1, 86_400)
      .default(within)
      .describe("Seconds until it is stopped, with all its children."),
    ...commandEnvironment,
  };
}

/** The path of a group that says nothing would only be found in the middle of an incident. */
const pattern = text("write a regular expression").refine(isPattern, {
  error: 'write a regular expression with a group that names what runs, such as "deployed ([0-9a-f]+)"',
});

function isPattern(source: string): boolean {
  try {
    return new RegExp(`${source}|`).exec("")?.length !== 1;
  } catch {
    return false;
  }
}

/** A platform that deploys by image or commit, with a command line of its own. */
export const commandTarget = structure(
  {
    deploy: structure(platformCommand("Deploys a release, and ends when it runs.", 600), expected).describe(
      "How a release is deployed; done only where `status` says that it does not run yet.",
    ),
    status: structure(
      {
        ...platformCommand("Prints what runs.", 30),
        runs: pattern
          .optional()
          .describe(
            "Regular expression whose first group names what runs in what the command prints: a tag, a commit, a digest or an image. By default all that it prints.",
          ),
      },
      expected,
    ).describe("How it is asked what runs."),
    stop: structure(platformCommand("Stops a service.", 120), expected)
      .optional()
      .describe("How a service is stopped, which only a step-down does; without it there is none."),
    logs: structure(platformCommand("Prints the last lines of a service's log.", 30), expected)
      .optional()
      .describe("How a service's log is read; without it there is none in gates, evidence and `logs`."),
    releaseTask: text("write what the platform runs by itself, such as bin/migrate")
      .optional()
      .describe(
        "What the platform itself runs with each deployment, such as a migration; told in each preview, since nothing here holds it back.",
      ),
  },
  'write the platform as a map, such as {deploy: {command: ["platform", "deploy", "--image={image}"]}, status: {command: ["platform", "status"]}}',
).check(rule(checkPlaceholders));

function checkPlaceholders(settings: unknown, complain: Complain): void {
  for (const [name, value] of Object.entries(fieldsOf(settings))) {
    const words = itemsOf(fieldsOf(value).command).filter((word) => typeof word === "string");
    for (const unknown of unknownPlaceholders(words))
      complain([name, "command"], `write one of ${names}`, `{${unknown}}, which stands for nothing`);
  }
}

export type CommandTargetSettings = z.output<typeof commandTarget>;
