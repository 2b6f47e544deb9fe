import type { Horizon } from "../assessment/horizon";
import { verdicts, type Verdict } from "../schema/verdict";
import type { StackState } from "../history/stackState";

/** What the last `up` that got as far as its schema judged of it. */
export interface RecordedStanding {
  /** Versions that were applied, oldest first. */
  applied: readonly string[];
  /** What was ahead of the release that it brought, oldest first. */
  ahead: readonly string[];
  /** What that means for this release. */
  verdict: Verdict;
  horizon: Horizon;
}

/** Found in the stack's state; undefined where no `up` has judged anything. */
export function recordedStanding({ resources }: StackState): RecordedStanding | undefined {
  const outputs = resources.find(({ type }) => type === "knowngood:index:Database")?.outputs;
  const { standing, horizon } = (outputs ?? {}) as {
    standing?: Partial<RecordedStanding>;
    horizon?: Partial<Horizon>;
  };
  const verdict = verdicts.find((each) => each === standing?.verdict);
  if (verdict === undefined || standing === undefined || typeof horizon?.verdicts !== "object")
    return undefined;
  const { applied = [], ahead = [] } = standing;
  return { applied, ahead, verdict, horizon: { oldest: horizon.oldest, verdicts: horizon.verdicts } };
}
