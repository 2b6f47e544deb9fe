import type { Deployment } from "./deployments";

/** What a stack's state says of its releases: tags. */
export interface StandingTags {
  running: string | undefined;
  knownGood: readonly string[];
  lastKnownGood: string | undefined;
}

/**
 * Marks, of the newest first, the update that brought what runs, and the newest that passed of each known-good release.
 * One that changed something comes before one that found all as it should be.
 */
export function markDeployments(deployments: readonly Deployment[], standing: StandingTags): Deployment[] {
  const { running, knownGood, lastKnownGood } = standing;
  const newest = (tag: string, counts: (deployment: Deployment) => boolean) => {
    const own = deployments.filter((one) => one.kind === "update" && one.tag === tag && counts(one));
    return own.find(({ changed }) => changed) ?? own[0];
  };
  const passed = (one: Deployment) => one.outcome === "passed";
  // One that was refused has touched nothing.
  const touched = (one: Deployment) => one.changed || passed(one);
  const runs = running === undefined ? undefined : newest(running, touched);
  const good = new Set(knownGood.flatMap((tag) => newest(tag, passed) ?? []));
  return deployments.map((one) => ({
    ...one,
    ...(one === runs && { runs: true as const }),
    ...(good.has(one) && { knownGood: true as const }),
    ...(good.has(one) && one.tag === lastKnownGood && { lastKnownGood: true as const }),
  }));
}
