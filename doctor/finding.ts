/**
 * What a check came to: `missing` is not there, `wrong` is there and can't be used, `warning` works and should be looked
 * at, `not asked` could not be looked at, or there is no need to.
 */
export type Outcome = "ok" | "warning" | "missing" | "wrong" | "not asked";

export interface Finding {
  /** What was looked at, such as `Docker engine`. */
  check: string;
  outcome: Outcome;
  /** What was found; of `not asked`, why. No secret stands in it. */
  found: string;
  /** The command that gets or mends it, or what to do where there is none. */
  get?: string;
}

/** Whether everything is there. What was not asked counts as nothing, and a warning stands in nobody's way. */
export function allThere(findings: readonly Finding[]): boolean {
  return findings.every(({ outcome }) => outcome !== "missing" && outcome !== "wrong");
}

/** What went wrong, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
