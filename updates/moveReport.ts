import type { Plan } from "../assessment/plan";
import type { ReleaseRecord } from "../records/releaseRecord";
import type { GlassSetting } from "../settings/breakGlassCommand";
import { commandLine, type MoveCommand, type MoveOptions } from "./moveOptions";

/** A move as it is told of. */
export interface ToldMove {
  command: MoveCommand;
  /** As `pulumi --stack` takes it. */
  stack: string;
  tag: string;
  options: MoveOptions;
  plan: Plan;
  /** Seconds that such a move usually takes; undefined where none has passed yet. */
  usual: number | undefined;
  glass: GlassSetting | undefined;
}

/** What a person reads before it is decided: all that the preview found, how long it takes, what is gone without. */
export function planText({ plan, usual, glass }: ToldMove): string {
  const { direction, to } = plan;
  return [
    plan.text,
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    direction === "same"
      ? `  ${to} runs already: the up only puts right what differs`
      : lasts(direction, usual),
    ...(glass === undefined
      ? []
      : [
          `  break-glass goes on without ${glass.guards.join(", ")}, for this move alone and until ${glass.until} at most`,
        ]),
  ].join("\n");
}

function lasts(direction: "forward" | "rollback", usual: number | undefined): string {
  return usual === undefined
    ? `  no ${words[direction]} has passed here yet, so how long it takes is not known`
    : `  a ${words[direction]} usually takes ${Math.round(usual)} s here, once it is assessed`;
}

const words = { forward: "deployment", rollback: "rollback" } as const;

/** What is asked before anything is touched. A protected stack wants the tag typed, so that it is no habit. */
export function question(moves: readonly ToldMove[]): { message: string; typed?: string } {
  const [first] = moves;
  const tags = [...new Set(moves.map(({ tag }) => tag))];
  const where = moves.map(({ stack }) => stack).join(", ");
  const what = first?.command === "deploy" ? "Deploy" : "Roll back to";
  const typed = moves.some(({ plan }) => plan.protected)
    ? tags.length === 1
      ? tags[0]
      : `${moves.length} stacks`
    : undefined;
  return { message: `${what} ${tags.join(", ")} on ${where}?`, ...(typed !== undefined && { typed }) };
}

/** A move that has passed, and what it leaves to do. */
export function passedText(
  { command, stack, tag, options, plan, glass }: ToldMove,
  { record, seconds }: { record: ReleaseRecord | undefined; seconds: number },
): string {
  const { direction, from } = plan;
  const move = direction === "same" ? "" : ` (${direction}${from === undefined ? "" : ` from ${from}`})`;
  const proper: MoveOptions = { ...(options.reason !== undefined && { reason: options.reason }) };
  return [
    `${plan.stack} runs ${tag}${move}; its gates have passed, ${Math.round(seconds)} s in all.`,
    ...(glass === undefined
      ? []
      : [
          `It went on without ${glass.guards.join(", ")}. Owed is the proper run: ${commandLine(command, { stack, tag, options: proper })}`,
        ]),
    ...(record?.yours === undefined || record.yours.length === 0
      ? []
      : ["Yours now:", ...record.yours.map((line) => `  ${line}`)]),
  ].join("\n");
}
