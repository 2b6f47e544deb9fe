import { isUnknown, type Status } from "./status";

/** That the release that runs is not known good, in words; undefined where it is, and where there is no one release. */
export function notKnownGood({ held }: Pick<Status, "held">): string | undefined {
  if (isUnknown(held)) return undefined;
  const { running, knownGood, gatesFailed } = held;
  if (running.tag === undefined || knownGood.some(({ tag }) => tag === running.tag)) return undefined;
  return `${running.tag} is not known good: ${gatesFailed ? "its gates failed" : "no up of it has passed all gates"}`;
}
