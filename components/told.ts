import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../assessment/assessment";
import { toldEnvironment, type Told } from "../gates/told";
import type { GoBack } from "../gates/wayBack";
import { toldNow, type RecordedTelling } from "../history/recordedTellings";
import type { ReleaseArgs } from "./release";

/** What a command is told of the present `up`, and what the state holds of an earlier one. */
export interface Telling {
  told: Told;
  /** What it was told when it ran last, where that can still be said. */
  before?: RecordedTelling;
}

/**
 * @param resource name of the resource that runs it
 * @param holds whether what it was told before can still be said. @default it can
 */
export function telling(
  args: ReleaseArgs,
  resource: string,
  holds: (told: Told) => boolean = () => true,
): Telling {
  const { assessment, stack, settings, recordedTellings = {} } = args;
  const { direction, running, target } = assessment;
  const recorded = recordedTellings[resource];
  return {
    told: {
      move: { direction, stack, from: running.tag ?? "", to: target.tag },
      records: settings.record.folder,
      ...goBack(args),
    },
    ...(recorded !== undefined && holds(recorded.told) && { before: recorded }),
  };
}

/** The environment by which it is told, once it is known whether its triggers make it run. */
export function tellingEnvironment(
  { told, before }: Telling,
  triggers: pulumi.Input<pulumi.Input<string>[]>,
): pulumi.Output<Record<string, string>> {
  return pulumi.output(triggers).apply((known) => toldEnvironment(toldNow(told, before, known)));
}

/** A known-good release and the commands that bring it back, where there is one. */
export function goBack({ assessment, commandsTo }: ReleaseArgs): { goBack?: GoBack } {
  return backTo(assessment, commandsTo);
}

/** @param commandsTo bring a release back */
export function backTo(
  assessment: Pick<Assessment, "goBack" | "lastKnownGood">,
  commandsTo: (tag: string) => string[],
): { goBack?: GoBack } {
  if (assessment.goBack !== undefined) return { goBack: assessment.goBack };
  const back = assessment.lastKnownGood;
  return back === undefined ? {} : { goBack: { tag: back.tag, commands: commandsTo(back.tag) } };
}
