import type { StepDown } from "./stepDown";

/**
 * What this `up` does to take a migration back, in a line.
 * @param stayStopped whether the services are not started again
 */
export function stepDownText({ version, name, verdict }: StepDown, stayStopped: boolean): string {
  const backup = verdict === "lossy" ? "then a backup is made, unless database.backup is none, " : "";
  const services = stayStopped ? "services stay stopped" : "services start again";
  return `step-down of ${version}_${name}, ${verdict}: every service stops, ${backup}the one migration is taken back, ${services}`;
}
