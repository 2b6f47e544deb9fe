const steps = [
  { unit: "day", seconds: 24 * 3600 },
  { unit: "h", seconds: 3600 },
  { unit: "min", seconds: 60 },
] as const;

/**
 * How long ago, in one unit: `just now`, `4 min ago`, `26 h ago`, `3 days ago`; days from the second one on. What is told
 * has happened, so that one that lies ahead by a minute or more tells of clocks that are apart.
 */
export function ago(time: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  const step = steps.find((one) => Math.abs(seconds) >= one.seconds * (one.unit === "day" ? 2 : 1));
  if (step === undefined) return "just now";
  const count = Math.floor(Math.abs(seconds) / step.seconds);
  const span = `${count} ${step.unit}${step.unit === "day" ? "s" : ""}`;
  return seconds < 0 ? `in ${span}: the clocks are apart` : `${span} ago`;
}

/** A time to the second, UTC: `2026-03-01 12:00:00Z`. */
export function absolute(time: string): string {
  return time.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");
}

/** How long something took: `9.3 s`, `41 s`, `3 min 5 s`, `2 h 10 min`. */
export function took(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
