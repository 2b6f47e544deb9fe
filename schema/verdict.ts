/** What a gap means for the target's code, from mild to grave. */
export const verdicts = ["compatible", "conditional", "breaking", "destructive"] as const;

export type Verdict = (typeof verdicts)[number];

/** The gravest of several; compatible of none. */
export function gravest(all: readonly Verdict[]): Verdict {
  return all.reduce<Verdict>((worst, verdict) => (isPast(verdict, worst) ? verdict : worst), "compatible");
}

/** Whether a verdict is graver than what is allowed. */
export function isPast(verdict: Verdict, allowed: Verdict): boolean {
  return verdicts.indexOf(verdict) > verdicts.indexOf(allowed);
}
