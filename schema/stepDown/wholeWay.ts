import { isPast, type Verdict } from "../verdict";

/** One `up` of the way back. */
export interface WayStep {
  version: string;
  name: string;
  /** Migrations of the gap that are left after it. */
  left: number;
  /** What becomes of the services, which are stopped for each step: whether they run again before the next. */
  services: "start" | "stay stopped" | "not judged";
}

/** A migration of the gap, and what the target would meet when this and all newer ones are taken back. */
export interface GapMigration {
  version: string;
  name: string;
  /** Of what is left of the gap; undefined where nobody has judged it. */
  left?: Verdict;
}

/**
 * The way back by steps, one `up` each, down to the first on which the target can be started: what is left then may stay.
 * @param gap oldest first
 * @param allowed the gravest verdict on which the target is started
 */
export function wholeWay(gap: readonly GapMigration[], allowed: Verdict): WayStep[] {
  const steps = gap
    .map(({ version, name, left }, index) => ({
      version,
      name,
      left: index,
      services: servicesAfter(index === 0 ? "compatible" : left, allowed),
    }))
    .reverse();
  const enough = steps.findIndex(({ services }) => services === "start");
  return enough === -1 ? steps : steps.slice(0, enough + 1);
}

function servicesAfter(left: Verdict | undefined, allowed: Verdict): WayStep["services"] {
  if (left === undefined) return "not judged";
  return isPast(left, allowed) ? "stay stopped" : "start";
}

/**
 * The way as lines for a person.
 * @param stepping whether the first step is what this `up` does: alone it needs no explaining then
 */
export function wholeWayText(steps: readonly WayStep[], stack: string, stepping: boolean): string[] {
  if (steps.length === 0 || (stepping && steps.length === 1)) return [];
  const kept = steps.at(-1)?.left ?? 0;
  const rest = kept === 0 ? "" : `; the ${kept} older of the gap can stay`;
  const head =
    steps.length === 1
      ? `One step-down, with services stopped for it, opens the way${rest}:`
      : `The way back is ${steps.length} ups, one step-down each, with services stopped for each${rest}:`;
  return [
    head,
    ...steps.map(({ version, name, services }, index) => {
      const command = `pulumi config set stepDown ${version} --stack ${stack} && pulumi up --stack ${stack}`;
      // The command ends the line, so that it can be pasted from there on.
      return `  ${index + 1}. ${version}_${name} (services ${after[services]}): ${command}`;
    }),
  ];
}

const after: Readonly<Record<WayStep["services"], string>> = {
  start: "start again after it",
  "stay stopped": "stay stopped after it, until the next",
  "not judged": "start again after it if what is left passes the policy",
};
