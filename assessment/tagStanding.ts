import { findRelease, type TagStanding } from "../catalog/catalog";
import type { StackState } from "../history/stackState";
import { standingNow, type StandingQuestion } from "./standing";

/** How the releases of the catalog stand on a stack now, for whoever has to name one of them. */
export function tagStanding(state: StackState, question: StandingQuestion): TagStanding {
  const { knownGood, quarantined } = standingNow(state, question);
  const good = knownGood.flatMap(({ tag }) => findRelease(question.catalog, tag)?.tag ?? []);
  return { good: new Set(good), quarantined };
}
