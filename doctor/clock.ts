import { engineTime } from "../assessment/engineQueries";
import { request } from "../catalog/registryRequest";
import type { Check } from "./check";
import type { Finding } from "./finding";
import { usesOf } from "./githubUses";
import { imagesByRegistry } from "./registries";
import { usesEngine } from "./usesEngine";
import type { World } from "./world";

const name = "Clock";

/** Seconds from which on a clock counts as wrong: tokens of registries and clouds hold for minutes. */
const tolerated = 30;

/** What another's clock says, seen from here. */
export interface OtherClock {
  /** Whose it is. */
  source: string;
  /** Seconds by which this machine's clock is ahead of it. */
  ahead: number;
}

/** This machine's clock against those of the registries, GitHub and the Docker engine that the stack uses. */
export const clock: Check = {
  name,
  look: async (world) => judgeClock(await otherClocks(world)),
};

async function otherClocks(world: World): Promise<OtherClock[]> {
  const { stack, target, limit } = world;
  const settings = await stack.then(
    ({ settings }) => settings,
    () => undefined,
  );
  const registries = await target.then(imagesByRegistry, () => []);
  const githubs = settings === undefined ? [] : usesOf(settings).map(({ api }) => api);
  const asked = [
    ...registries.map(({ registry, url }) => ({ source: registry, ask: () => dateOf(`${url}/v2/`, world) })),
    ...[...new Set(githubs)].map((api) => ({ source: new URL(api).host, ask: () => dateOf(api, world) })),
    ...(settings !== undefined && !usesEngine(settings)
      ? []
      : [{ source: "the Docker engine", ask: () => engineTime(settings?.docker.host, limit.signal) }]),
  ];
  const found = await Promise.all(
    asked.map(async ({ source, ask }) => {
      const before = Date.now();
      const told = await ask().catch(() => undefined);
      if (told === undefined || Number.isNaN(told.getTime())) return [];
      // Of a question that took long it is not known when it was answered.
      return [{ source, ahead: ((before + Date.now()) / 2 - told.getTime()) / 1000 }];
    }),
  );
  return found.flat();
}

/** The header Date of whatever a server answers: also of one that refuses. */
async function dateOf(url: string, { connectWithin, limit }: World): Promise<Date> {
  const { headers } = await request({ method: "GET", url, connectWithin, signal: limit.signal });
  return new Date(headers.date ?? NaN);
}

export function judgeClock(others: readonly OtherClock[]): Finding {
  if (others.length === 0)
    return { check: name, outcome: "not asked", found: "nobody could be asked for the time" };
  const off = others.filter(({ ahead }) => Math.abs(ahead) > tolerated);
  if (off.length === 0)
    return { check: name, outcome: "ok", found: `as ${others.map(({ source }) => source).join(", ")} say` };
  return {
    check: name,
    outcome: "warning",
    found: off
      .map(
        ({ source, ahead }) =>
          `${Math.round(Math.abs(ahead))} s ${ahead > 0 ? "ahead of" : "behind"} ${source}`,
      )
      .join(", "),
    get: "timedatectl set-ntp true, on this machine or on the other",
  };
}
