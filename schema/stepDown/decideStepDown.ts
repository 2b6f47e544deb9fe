/** What a setting `stepDown` comes to on the database as it is. */
export type StepDownDecision =
  /** The setting names no migration. */
  | { kind: "none" }
  /** This `up` takes the migration back. */
  | { kind: "step"; version: string }
  /** Nothing is to be done; the sentence says why. */
  | { kind: "inert"; version: string; told: string }
  /** It can't be done; the sentence says what answers it. */
  | { kind: "refused"; version: string; refusal: string };

export interface StepDownSituation {
  /** The setting. */
  stepDown: string | undefined;
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Tag of the target. */
  target: string;
  /** Versions that the target ships. */
  shipped: readonly string[];
  /** Versions applied in the database, oldest first; unconfirmed where they are only what was recorded. */
  applied: readonly string[] | { unconfirmed: string };
  /** Whether the state knows of the schema; without it the services can't be stopped in time. */
  recorded: boolean;
  /** Whether any service runs. */
  running: boolean;
}

/** Whether the migration that the setting names is taken back: only the newest, and none that the target needs. */
export function decideStepDown(situation: StepDownSituation): StepDownDecision {
  const { stepDown: version, stack, target, shipped, applied } = situation;
  if (version === undefined) return { kind: "none" };
  const refused = (refusal: string): StepDownDecision => ({ kind: "refused", version, refusal });
  if ("unconfirmed" in applied) {
    return refused(
      `Stepping down ${version} needs the database's own word on what is applied (${applied.unconfirmed}). ` +
        `Bring the database back, or go without: pulumi config rm stepDown --stack ${stack}`,
    );
  }
  const removal = `pulumi config rm stepDown --stack ${stack}`;
  const inert = (why: string): StepDownDecision => ({
    kind: "inert",
    version,
    told: `The setting stepDown does nothing: ${why}. To remove it: ${removal}`,
  });
  if (shipped.includes(version)) {
    return inert(`${target} ships ${version}; while it is set, it would act when imageTag is set back`);
  }
  if (!applied.includes(version)) return inert(`${version} is not applied`);
  const newest = applied.at(-1);
  if (newest !== undefined && newest !== version) {
    const next = shipped.includes(newest)
      ? `and ${target} ships it: roll forward, or leave the schema as it is: ${removal}`
      : `so that is the next one to look at: pulumi config set stepDown ${newest} --stack ${stack}`;
    return refused(
      `Stepping down ${version} is refused, since one step takes back the newest migration alone: ${newest} is applied after it, ${next}`,
    );
  }
  if (!situation.recorded && situation.running) {
    return refused(
      `Stepping down ${version} is refused, since this stack's state does not know the schema yet, so its services could ` +
        `not be stopped in time. First run an up without it: ${removal} && pulumi up --stack ${stack}`,
    );
  }
  return { kind: "step", version };
}
