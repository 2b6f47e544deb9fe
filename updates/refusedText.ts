import { refusalTexts, type Refusal } from "../assessment/refusal";
import { stackName } from "../gates/move";
import { breakableAmong } from "./breakGlassFor";
import { commandLine, type MoveCommand, type MoveOptions } from "./moveOptions";

/** A move as it was asked for. */
export interface AskedMove {
  command: MoveCommand;
  /** As `pulumi --stack` takes it. */
  stack: string;
  tag: string;
  options: MoveOptions;
}

/** What a person reads who is refused: what was found, and what answers it by this command. */
export function refusedText(refusals: readonly Refusal[], asked: AskedMove): string {
  const breakable = asked.options.breakGlass === undefined ? breakableAmong(refusals) : [];
  const broken = commandLine(asked.command, { ...asked, options: { ...asked.options, breakGlass: "WHY" } });
  return [
    "Refused; nothing was touched, and the stack file is as it was.",
    ...refusalTexts(refusals).map((text) => inOurWords(text, asked)),
    ...(breakable.length === 0
      ? []
      : [`To go on without ${breakable.join(", ")}, which is recorded and owed a proper run: ${broken}`]),
  ].join("\n");
}

/** The program's answers are for people who type `pulumi`; where this command has an option for one, that is named. */
export function inOurWords(text: string, { command, stack, tag, options }: AskedMove): string {
  const ours = (more: MoveOptions) => commandLine(command, { stack, tag, options: { ...options, ...more } });
  // The program knows the stack by its name alone.
  const at = ` --stack ${stackName({ stack })}`;
  const up = ` && pulumi up${at}`;
  return text
    .replace(between("pulumi config set acknowledge (\\w+)", at + up), (_all, fingerprint: string) =>
      ours({ acknowledge: fingerprint }),
    )
    .replace(between("pulumi config set stepDown (\\w+)", at + up), (_all, version: string) =>
      ours({ stepDown: version }),
    )
    .replace(between("pulumi config rm stepDown", `${at} && pulumi preview${at}`), withoutStepDown)
    .replace(between("pulumi config rm stepDown", at), withoutStepDown)
    .replace(between(`pulumi config set retry '[^']*'`, at), () => ours({ retry: "WHY" }))
    .replace(between(`pulumi config set breakGlass '[^']*'`, at), () => ours({ breakGlass: "WHY" }));

  function withoutStepDown(): string {
    const rest = { ...options };
    delete rest.stepDown;
    return commandLine(command, { stack, tag, options: rest });
  }
}

/** @param start as a pattern @param end as it stands */
function between(start: string, end: string): RegExp {
  return new RegExp(start + end.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g");
}
