import type { StepDown } from "./stepDown";

/**
 * What this `up` does to take a migration back, in a line.
 * @param stayStopped whether the services are not started again
 */
export function stepDownText({ version, name, verdict }: StepDown, stayStopped: boolean): string {
  const services = stayStopped ? "services stay stopped" : "services start again";
  return `step-down of ${version}_${name}, ${verdict}: every service stops, the one migration is taken back, ${services}`;
}
