import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cards } from "./card";

/** Folder of the cards, within that of the records. */
export const cardFolder = "card";

/** Names of the files in which a stack's cards lie. */
export function cardFiles(stack: string): { lastKnownGood: string; present: string; all: string } {
  const base = stack.replaceAll("/", "-");
  return { lastKnownGood: `${base}.sh`, present: `${base}-present.sh`, all: `${base}.json` };
}

/** All the cards that lie in a folder of records, with the file of each. */
export function keptCards(folder: string): { file: string; cards: Cards }[] {
  const place = join(folder, cardFolder);
  return namesIn(place)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const file = join(place, name);
      const cards = cardsIn(file);
      return cards === undefined ? [] : [{ file, cards }];
    });
}

/** Cards from outside; undefined of what is none. */
export function asCards(value: unknown): Cards | undefined {
  const candidate = value as Partial<Cards> | null | undefined;
  return typeof candidate?.stack === "string" ? (candidate as Cards) : undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function cardsIn(file: string): Cards | undefined {
  try {
    return asCards(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
