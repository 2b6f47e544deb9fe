import type { Command } from "commander";
import { nearestName } from "../settings/nearestName";
import { exitCodeMeanings, exitCodes } from "./exitCodes";

const examples = `
Examples:
  $ knowngood status --stack prod          # how it stands, and what to type next
  $ knowngood history --stack prod         # what ran, and what was known good
  $ knowngood rollback --stack prod        # to the last known-good release
  $ knowngood doctor --stack prod          # is everything there on this machine?
  $ knowngood card --stack prod > card.sh  # the way back without Pulumi`;

/** The groups in which commands are listed, in this order. */
const groups: Readonly<Record<string, readonly string[]>> = {
  "Where a stack stands:": ["status", "history", "logs"],
  "Deploy and roll back:": ["deploy", "rollback", "propose", "drill"],
  "Releases and their schema:": ["release", "assess"],
  "In an emergency:": ["card", "restore"],
  "Machine and repository:": ["doctor", "removable", "review"],
};

/** Lists the commands in groups, and ends every help with the exit codes. */
export function completeHelp(program: Command): void {
  for (const [heading, names] of Object.entries(groups))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading);
  const order = Object.keys(groups);
  program.configureHelp({
    groupItems(all, visible, groupOf) {
      const found = new Map<string, typeof all>(order.map((heading) => [heading, []]));
      for (const item of visible) found.set(groupOf(item), [...(found.get(groupOf(item)) ?? []), item]);
      return new Map([...found].filter(([, items]) => items.length > 0));
    },
  });
  program.addHelpText("after", examples);
  for (const command of [program, ...commandsBelow(program)]) {
    command.addHelpText("after", exitCodesHelp);
    command.on("beforeHelp", ({ error }: { error: boolean }) => {
      if (!error) refuseUnknown(command);
    });
  }
}

/** Help that is asked of a command that does not exist is no help: commander would give that of the one above it. */
function refuseUnknown(command: Command): void {
  const [asked] = command.args;
  if (command.commands.length === 0 || asked === undefined || asked.startsWith("-")) return;
  const known = ["help", ...command.commands.flatMap((one) => [one.name(), ...one.aliases()])];
  if (known.includes(asked)) return;
  const meant = nearestName(known, asked);
  const suggested = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
  command.error(`error: unknown command '${asked}'${suggested}`);
}

/** All commands of a program, and theirs. */
export function commandsBelow(program: Command): Command[] {
  return program.commands.flatMap((command) => [command, ...commandsBelow(command)]);
}

const exitCodesHelp = [
  "",
  "Exit codes:",
  ...Object.entries(exitCodeMeanings).map(
    ([name, meaning]) => `  ${String(exitCodes[name as keyof typeof exitCodes]).padEnd(3)}  ${meaning}`,
  ),
].join("\n");
