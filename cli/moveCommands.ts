import { createRequire } from "node:module";
import { InvalidArgumentError, Option, type Command } from "commander";
import { breakable, type Breakable } from "../settings/guardNames";
import type { MoveCommand } from "../updates/moveOptions";
import { usualParallel, type MoveFlags } from "./moveFlags";
import type * as moveModule from "./move";

/** import() would leave CommonJS, where TypeScript is not understood. */
const load = createRequire(__filename);

const rollbackHelp = `
Examples:
  $ knowngood rollback                               # the selected stack, to its last known-good release
  $ knowngood rollback v1 --stack prod --reason "payments fail"
  $ knowngood rollback v1 --stack prod --preview     # look, and touch nothing
  $ knowngood rollback --stack prod --yes --commit   # in a pipeline
  $ knowngood rollback v1 --stack prod --step-down 20260501090000
  $ knowngood rollback v1 --stack prod --break-glass "the shop is down"
  $ knowngood rollback v1 --all --parallel 3

Shows what it would mean, asks, sets imageTag in the stack file and runs \`pulumi up\`. A protected stack wants the tag typed.
Where it is refused, nothing is touched and the stack file is as before; where a gate fails, the stack file keeps the tag.
It exits 1 also where you say no.`;

const deployHelp = `
Examples:
  $ knowngood deploy v3 --stack prod
  $ knowngood deploy v3 --stack prod --after staging     # only once v3 is known good on staging
  $ knowngood deploy v3 --stack prod --yes --commit      # in a pipeline
  $ knowngood deploy v3 --stack prod --retry "the database was full"

The way forward of \`knowngood rollback\`. With the setting autoRollback it goes back by itself where a gate says no.
It exits 1 also where you say no.`;

/** Declares `rollback` and `deploy`. What they do is loaded when they are run. */
export function addMoveCommands(program: Command): void {
  const run = (command: MoveCommand, tag: string | undefined, flags: MoveFlags) =>
    (load("./move") as typeof moveModule).move(command, tag, flags);
  shared(
    program
      .command("rollback")
      .argument("[tag]", "the release to go back to; without it the last known-good one")
      .description("Go back to a release: look, confirm, set the tag, run `up`."),
  )
    .option("--step-down <version>", "take back this one migration, the newest that is applied")
    .addHelpText("after", rollbackHelp)
    .action((tag: string | undefined, flags: MoveFlags) => run("rollback", tag, flags));
  shared(
    program
      .command("deploy")
      .argument("<tag>", "the release to go forward to")
      .description("Go forward to a release: look, confirm, set the tag, run `up`."),
  )
    .option("--after <stack>", "only once the release is known good on this stack, and runs there")
    .option("--retry <reason>", "try a release that was bad here, or that CI did not pass; why")
    .addHelpText("after", deployHelp)
    .action((tag: string, flags: MoveFlags) => run("deploy", tag, flags));
}

function shared(command: Command): Command {
  return command
    .option(
      "--stack <stack>",
      "the stack, or several: --stack a --stack b; without it the selected one",
      oneMore,
    )
    .addOption(
      new Option("--all", "every stack of the project that has a stack file here").conflicts("stack"),
    )
    .option("--reason <text>", "why, for the record")
    .option("--acknowledge <fingerprint>", "accept exactly the assessment that a refusal named")
    .option("--break-glass <reason>", "go on without the guards that refuse, for this move alone; recorded")
    .addOption(
      new Option(
        "--without <names>",
        `with --break-glass: what to go on without (${breakable.join(", ")})`,
      ).argParser(breakableNames),
    )
    .option("--yes", "ask nothing")
    .option("--take-lock", "end an update that holds the stack, or take the lock that it left")
    .option("--commit", "commit the stack file, that file alone, once it has passed")
    .option("--preview", "show what it would mean and end; nothing is touched")
    .option("--parallel <number>", "how many stacks at a time", positive, usualParallel)
    .option("--json", "print the outcome as JSON; with --preview the plan");
}

function breakableNames(text: string): Breakable[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !breakable.some((known) => known === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `${unknown.join(", ")} can't be gone without; name some of ${breakable.join(", ")}`,
    );
  return names as Breakable[];
}

/** Words after an option that takes any number of them would be taken for stacks, the tag among them. */
function oneMore(stack: string, stacks: readonly string[] = []): string[] {
  return [...stacks, stack];
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Write a whole number from 1.");
  return number;
}
