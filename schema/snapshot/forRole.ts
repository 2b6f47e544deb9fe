import type { Sides } from "./catalog";
import type { StructuralFinding } from "./structuralFinding";

/**
 * What only sessions of one role meet. Where another role is known to be that of old code, old code need not meet it,
 * and it is conditional at most: the one that is named can still be a job's, or somebody's who looks after the data.
 */
export function forRole(finding: StructuralFinding, role: string, sides: Sides): StructuralFinding {
  if (sides.role === undefined || sides.role === role || finding.verdict === "compatible") return finding;
  return {
    ...finding,
    verdict: "conditional",
    reason: `${finding.reason} Release code logs in as ${sides.role}.`,
  };
}
