import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../components/release";
import { writeWhole } from "../files/writeWhole.cjs";
import { openTarget } from "../targets/openTarget";
import { hostOf } from "../targets/place";
import { placeOf } from "../targets/placeOf";
import { wantedOf } from "../targets/wanted";
import { cardsOf, type CardQuestion, type Cards } from "./card";
import { cardFiles, cardFolder } from "./kept";

/**
 * The cards of an `up`, known once every gate has passed; an `up` leaves them in files then, too. They are a secret
 * output: they hold none, but as a plain one they would fill the screen at the end of each `up`.
 * @param tell warns of files that can't be written, which fails nothing
 */
export function leaveCards(
  { engineId, ...question }: Omit<CardQuestion, "engine"> & { engineId: string | undefined },
  { knownGood }: Release,
  tell: (text: string) => Promise<void>,
): pulumi.Output<Cards> {
  const host = question.settings.docker.host ?? process.env.DOCKER_HOST;
  const cards = knownGood.apply(async () => {
    const hosted = await hostedCards(question);
    const made = cardsOf({ ...question, engine: { host, id: engineId }, ...(hosted && { hosted }) });
    if (!pulumi.runtime.isDryRun()) {
      const problem = keepCards(question.settings.record.folder, made);
      if (problem !== undefined) await tell(problem);
    }
    return made;
  });
  return pulumi.secret(cards);
}

/** What brings releases back on the target; undefined where the stack's own containers run. No secret is in it. */
async function hostedCards({
  settings,
}: Pick<CardQuestion, "settings">): Promise<CardQuestion["hosted"] | undefined> {
  const place = placeOf(settings, () => "");
  if (place === undefined) return undefined;
  const target = await openTarget(place, new AbortController().signal);
  const services = Object.keys(settings.services);
  return (release) => {
    const wanted = wantedOf(release, services);
    const inside = (service: string) => target.execByHand?.(wanted, service);
    return { at: hostOf(place), lines: target.byHand(wanted), inside };
  };
}

/** Writes the cards for this user's eyes. @returns why they could not be written; undefined when they were */
export function keepCards(folder: string, cards: Cards): string | undefined {
  const place = join(folder, cardFolder);
  const files = cardFiles(cards.stack);
  try {
    mkdirSync(place, { recursive: true });
    for (const name of ["lastKnownGood", "present"] as const) {
      const card = cards[name];
      const file = join(place, files[name]);
      if (card === undefined) rmSync(file, { force: true });
      else writeWhole(file, card.script, { private: true });
    }
    writeWhole(join(place, files.all), `${JSON.stringify(cards, undefined, 2)}\n`, { private: true });
    return undefined;
  } catch (error) {
    return `The emergency card could not be left in ${place}: ${(error as Error).message}`;
  }
}
