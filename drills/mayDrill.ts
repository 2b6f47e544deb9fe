import type { Release } from "../catalog/release";
import { refusalTexts } from "../assessment/refusal";
import type { Plan } from "../assessment/plan";
import type { OwedRun } from "../history/owedRun";
import type { StackLook } from "./stackLook";

/** What a drill is asked for, and what it would meet. */
export interface DrillQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Whether the stack's file has the setting `breakGlass`. */
  breaksGlass: boolean;
  owed: OwedRun | undefined;
  look: StackLook;
  /** The preview of the stack as its file stands. */
  rest: { plan: Plan; changes: boolean };
}

/**
 * Why a stack is not one that a drill can leave and return to, with what to type; undefined where it is.
 * Protection is asked before anything is looked at.
 */
export function notAtRest({ stack, breaksGlass, owed, look, rest }: DrillQuestion): string | undefined {
  const { plan, changes } = rest;
  const up = `pulumi up --stack ${stack}`;
  if (plan.refusals.length > 0)
    return `A drill begins where an \`up\` of what runs would pass, and it would be refused:\n${refusalTexts(plan.refusals).join("\n")}`;
  if (plan.direction !== "same" || look.tag === undefined)
    return `A drill begins where the stack runs what its file names, ${plan.to}, and here it does not. First: ${up}`;
  if (breaksGlass)
    return `A drill is no drill with breakGlass set. First: pulumi config rm breakGlass --stack ${stack}`;
  if (owed !== undefined)
    return `The proper run of ${owed.release} is still owed, which a drill must not take the place of. First: ${up}`;
  if (changes)
    return `A drill changes nothing that stays, but here an \`up\` would: pulumi preview --stack ${stack} shows what. First: ${up}`;
  if (!plan.knownGood.some(({ tag }) => tag === look.tag))
    return `A drill returns to what runs, and ${look.tag} is not known good here: a gate said no, or none was asked. First: ${up}`;
  return undefined;
}

/** Why the way to a target and again back can't be drilled; undefined where it can. */
export function notDrillable(
  target: Pick<Release, "tag">,
  release: string,
  { direction, refusals, schema, stepDown, flagsOff }: Plan,
): string | undefined {
  const { tag } = target;
  if (direction !== "rollback")
    return `A drill goes back: ${tag} is ${tag === release ? "what runs" : `newer than ${release}`}.`;
  if (refusals.length > 0)
    return [
      `The way back to ${tag} can't be drilled, since it is refused, and nothing is acknowledged for a drill:`,
      ...refusalTexts(refusals),
    ].join("\n");
  const changes = [...(schema?.pending ?? []), ...(stepDown?.active === true ? [stepDown.version] : [])];
  if (changes.length > 0)
    return `A drill leaves the schema as it is, and the way to ${tag} would change it: ${changes.join(", ")}.`;
  if (flagsOff.length > 0)
    return `The way back to ${tag} turns off ${flagsOff.join(", ")}, and nothing would turn that on again after the drill.`;
  return undefined;
}
