import * as pulumi from "@pulumi/pulumi";
import type { Move } from "../gates/move";
import { toldMove } from "../history/recordedMoves";
import type { ReleaseArgs } from "./release";

/**
 * What a command is told that it is run for, once it is known whether its triggers make it run.
 * @param resource name of the resource that runs it
 * @param holds whether what it was told before can still be said. @default it can
 */
export function moveTold(
  { assessment, stack, recordedMoves = {} }: ReleaseArgs,
  resource: string,
  triggers: pulumi.Input<string>[],
  holds: (told: Move) => boolean = () => true,
): pulumi.Output<Move> {
  const { direction, running, target } = assessment;
  const move: Move = { direction, stack, from: running.tag ?? "", to: target.tag };
  const recorded = recordedMoves[resource];
  const before = recorded !== undefined && holds(recorded.move) ? recorded : undefined;
  return pulumi.all(triggers).apply((known) => toldMove(move, before, known));
}

/** The last known-good release and the commands that bring it back, where there is one. */
export function goBack({ assessment, commandsTo }: ReleaseArgs): {
  goBack?: { tag: string; commands: string[] };
} {
  const back = assessment.lastKnownGood;
  return back === undefined ? {} : { goBack: { tag: back.tag, commands: commandsTo(back.tag) } };
}
