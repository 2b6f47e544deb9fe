import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../assessment/assessment";
import type { Cards } from "../card/card";
import type { CommandReport } from "../gates/commandReport";
import type { ErrorRateReport } from "../gates/errorRateReport";
import { sampleText } from "../gates/errorRateText";
import type { FlagReport } from "../gates/flagRequest";
import type { HealthReport } from "../gates/healthReport";
import type { OwedRun } from "../history/owedRun";
import { mapValues } from "./mapValues";
import type { Release } from "./release";

/** What a stack says of itself: `pulumi stack output`. */
export function stackOutputs(release: Release, assessment: Assessment, card: pulumi.Output<Cards>) {
  const { services, database, reports, commandGates, commandReports, flagsOff, errorRate, owed, knownGood } =
    release;
  return {
    release: knownGood.apply(() => assessment.target.tag),
    services: mapValues(services, ({ image }) => image),
    ...(database && {
      schema: database.standing,
      horizon: database.horizon,
      // An undefined output is warned of in every update.
      backup: database.backup.apply((made) => made ?? "none"),
    }),
    gates: reports.apply((known) => mapValues(known, healthSummary)),
    ...(Object.keys(commandGates).length > 0 && {
      commandGates: commandReports.apply((known) => mapValues(known, commandSummary)),
    }),
    ...(flagsOff.length > 0 && {
      flags: pulumi
        .all(flagsOff.map(({ report }) => report))
        .apply((known) => Object.fromEntries(known.map((report) => [report.flag, flagSummary(report)]))),
    }),
    card,
    ...(errorRate && { errorRate: errorRate.apply(errorRateSummary) }),
    ...(owed && { owed: owed.apply((run) => owedSummary(run, assessment.owed?.command)) }),
    // Read back by the next update: it depends on every gate, so a failed update leaves it as it was.
    knownGood,
  };
}

/** A passed gate in a line; the whole report is an output of its resource. */
export function healthSummary({ outcome, passedAt, attemptsMade }: HealthReport): string {
  return `${outcome} at ${passedAt}, ${attemptsMade} probes`;
}

export function commandSummary({ outcome, passedAt, seconds }: CommandReport): string {
  return `${outcome} at ${passedAt}, ${seconds} s`;
}

export function flagSummary({ outcome, endedAt, why }: FlagReport): string {
  return outcome === "off" ? `off since ${endedAt}` : `not off: ${why}`;
}

export function errorRateSummary({ outcome, passedAt, samples, why }: ErrorRateReport): string {
  const last = samples.at(-1);
  return `${outcome} at ${passedAt}, ${last === undefined ? "not looked at" : sampleText(last)}: ${why}`;
}

/** The proper run that is owed after break-glass, with the command that makes it good. */
export function owedSummary(run: OwedRun | undefined, command: string | undefined) {
  return run === undefined ? "nothing" : { ...run, command };
}
