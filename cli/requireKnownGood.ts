import { tagStanding } from "../assessment/tagStanding";
import { surveyCatalog } from "../catalog/catalog";
import { runningFrom } from "../history/running";
import { readStackState } from "../history/stackState";
import { Refused } from "../stack/endings";
import { stackSettings } from "../stack/stackSettings";

/**
 * A release goes on to the next stack once it is known good on the one before: it runs there, its gates have passed, and
 * it is not quarantined.
 * @throws Refused where it is not, with what makes it so
 */
export async function requireKnownGoodAt(stack: string, tag: string, signal: AbortSignal): Promise<void> {
  const { label, settings } = await stackSettings(stack, signal);
  signal.throwIfAborted();
  const state = await readStackState(stack, { signal });
  const { catalog } = surveyCatalog(settings.releases);
  const { good, quarantined } = tagStanding(state, { label, catalog, settings });
  const running = runningFrom(state, catalog).tag;
  const why = quarantined.has(tag)
    ? "is quarantined there"
    : !good.has(tag)
      ? "has not passed its gates there"
      : running !== tag
        ? `does not run there any more: ${running ?? "a mix, or nothing,"} does`
        : undefined;
  if (why === undefined) return;
  throw new Refused(
    `Nothing was touched. ${tag} is to be known good on ${stack} first, and ${why}.\nTo deploy it there: npx knowngood deploy ${tag} --stack ${stack}`,
  );
}
