import type { KnownGood } from "../history/knownGood";
import { InvalidInput } from "../settings/violations";
import type { Card, Cards } from "./card";

/** Which release is asked for: a tag, or else the last known-good one that does not run. */
export interface CardChoice {
  tag: string | undefined;
  /** What is known good, newest first, and the release that every service was brought to; undefined of a state that can't be read. */
  state?: { knownGood: readonly KnownGood[]; running: string | undefined };
}

/**
 * The card that is meant. After a newer release has failed, the last known-good one is the one that ran when the cards
 * were left.
 * @throws InvalidInput when there is none of the tag
 * @returns undefined where no release is known good but the one that runs
 */
export function chooseCard(cards: Cards, { tag, state }: CardChoice): Card | undefined {
  const all = [cards.lastKnownGood, cards.present].filter((card) => card !== undefined);
  if (tag !== undefined) {
    const card = all.find(({ release }) => release === tag);
    if (card !== undefined) return card;
    throw new InvalidInput("There is no card of this release", [
      {
        where: "--tag",
        found: JSON.stringify(tag),
        expected:
          all.length === 0
            ? "none was left: services were left stopped"
            : `there is one of ${all.map(({ release }) => release).join(" and ")}; pulumi up makes them anew`,
      },
    ]);
  }
  if (state !== undefined) {
    const { knownGood, running } = state;
    const present = cards.present;
    const left = present !== undefined && running !== present.release;
    if (left && knownGood.some(({ tag: good }) => good === present.release)) return present;
  }
  return cards.lastKnownGood;
}
