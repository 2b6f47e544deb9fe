import { counted } from "../gates/shownText";
import type { Drill } from "./drill";

/** How a stack stands with its drills, in a line. */
export interface DrillStanding {
  text: string;
  /** Whether a drill is due: there was none, the newest did not pass, or it is too old. */
  due: boolean;
  /** The command that runs one. */
  command: string;
}

const dayMilliseconds = 24 * 3600 * 1000;

/**
 * @param newest the stack's newest drill; undefined where there is none
 * @param maxAgeDays days after which the next is due (`drill.maxAgeDays`); 0: none is ever due
 * @param stack as `pulumi --stack` takes it
 * @param target the release that the next is to go back to. @default what runs is made anew
 */
export function drillStanding(
  newest: Drill | undefined,
  {
    maxAgeDays,
    stack,
    target,
    now,
  }: { maxAgeDays: number; stack: string; target?: string | undefined; now: Date },
): DrillStanding {
  const command = `npx knowngood drill --stack ${stack}${target === undefined ? "" : ` --target ${target}`}`;
  const wanted = maxAgeDays > 0;
  if (newest === undefined)
    return { text: "the way back has not been drilled from this machine", due: wanted, command };
  const { outcome, endedAt, found } = newest;
  const milliseconds = Math.max(0, now.getTime() - Date.parse(endedAt));
  const when = `${ageWords(milliseconds)} (${endedAt})`;
  if (outcome !== "passed") {
    const ended = outcome === "failed" ? "FAILED" : "was interrupted";
    const why = found[0] === undefined ? "" : `: ${found[0]}`;
    return { text: `the drill of ${subject(newest)} ${ended} ${when}${why}`, due: wanted, command };
  }
  const tooOld = wanted && milliseconds > maxAgeDays * dayMilliseconds;
  const old = tooOld ? `, which is older than ${counted(maxAgeDays, "day")} (drill.maxAgeDays)` : "";
  return { text: `the drill of ${subject(newest)} passed ${when}${old}`, due: tooOld, command };
}

/** What was drilled, such as `the way from v3 to v2 and again to v3`. */
export function subject({ release, target }: Pick<Drill, "release" | "target">): string {
  return target === undefined ? release : `the way from ${release} to ${target} and again to ${release}`;
}

function ageWords(milliseconds: number): string {
  const days = Math.floor(milliseconds / dayMilliseconds);
  return days === 0 ? "less than a day ago" : `${counted(days, "day")} ago`;
}
