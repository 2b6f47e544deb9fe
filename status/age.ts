import { absolute, ago } from "../history/times";

/** A time with how long ago it was: `2026-11-21 09:00:00Z (3 h ago)`. @param now ISO 8601 */
export function when(time: string, now: string): string {
  return `${absolute(time)} (${ago(time, new Date(now))})`;
}
