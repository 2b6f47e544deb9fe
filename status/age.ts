const units: readonly [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** How long ago something was, in one unit: `3 h`; of what lies ahead by another clock `0 s`. @param time, now ISO 8601 */
export function age(time: string, now: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(time)) / 1000));
  const [length, unit] = units.find(([each]) => seconds >= each) ?? [1, "s"];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** A time with how long ago it was: `2026-11-21T09:00:00Z (3 h ago)`. */
export function when(time: string, now: string): string {
  return `${second(time)} (${age(time, now)} ago)`;
}

/** A time to the second. */
export function second(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
