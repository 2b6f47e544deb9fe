import { catalogAnswer, ciAnswer, type CiAnswer } from "../catalog/ciAnswer";
import type { Catalog } from "../catalog/catalog";
import type { GitHubPlace } from "../catalog/githubClient";
import type { Release } from "../catalog/release";
import { directionOf, runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import { unaskedGuards } from "./owed";

export interface CiRequest {
  target: Release;
  catalog: Catalog;
  /** Where to ask; undefined where the settings name no repository. */
  github: GitHubPlace | undefined;
  /** Checks that must have passed; none for all that there are. */
  names: readonly string[];
  /** Whether this is a preview. */
  previewing: boolean;
}

/**
 * What CI said of the target. That it passed is taken from the catalog, and else asked of GitHub: not where nothing is
 * deployed, unless what runs came up without being asked, and on the way back in a preview alone, since nobody waits for
 * a warning there.
 */
export async function askCi(request: CiRequest, state: Promise<StackState>): Promise<CiAnswer> {
  const { target, catalog, github, names, previewing } = request;
  const written = catalogAnswer(target);
  if (written.verdict === "passed" || github === undefined) return written;
  const known = await state;
  const direction = directionOf(target, runningFrom(known, catalog), known, catalog);
  const stays = direction === "same" && !unaskedGuards(known, target.tag, direction).includes("ci");
  if (stays || (direction === "rollback" && !previewing)) return written;
  if (target.commit === undefined)
    return withGitHub(written, "the catalog names no commit of it to ask GitHub for");
  try {
    const { checksOfCommit } = await import("../catalog/githubChecks");
    const asked = ciAnswer(await checksOfCommit(github, target.commit), names);
    return asked.verdict === "unknown" ? withGitHub(written, asked.found) : asked;
  } catch (error) {
    return withGitHub(written, error instanceof Error ? error.message : String(error));
  }
}

function withGitHub(written: CiAnswer, found: string): CiAnswer {
  return { ...written, found: `${written.found}, and ${found}` };
}
