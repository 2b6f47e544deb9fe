import type { Wanted } from "../target";

/** What stands in the line for the number, which the host counts. */
export const numberPlace = "NUMBER";

/** The line of `.dep/releases_log` by which Deployer knows a release, so that `dep rollback` and `dep releases` go on. */
export function logLine({ release }: Pick<Wanted, "release">, now: Date): string {
  return JSON.stringify({
    created_at: now.toISOString().replace(/\.\d+Z$/, "+0000"),
    release_name: numberPlace,
    user: "knowngood",
    target: release,
  });
}
