import { InvalidArgumentError, type Command } from "commander";

/** Options that name a stack. */
const naming = ["--stack", "--after"];

/** `--stack "$STACK"` with a variable that is not set means no stack, not the selected one. */
export function refuseEmptyStacks(command: Command): void {
  for (const option of command.options) {
    if (!naming.includes(option.long ?? "")) continue;
    const parse = option.parseArg;
    option.argParser((value: string, before: unknown) => {
      if (value.trim() === "")
        throw new InvalidArgumentError(`${option.long ?? ""} is empty: is a variable not set?`);
      return parse === undefined ? value : parse(value, before);
    });
  }
  for (const one of command.commands) refuseEmptyStacks(one);
}
