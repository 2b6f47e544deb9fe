import { setTimeout as sleep } from "node:timers/promises";
import type { ShopClient } from "../demo/shopClient";
import type { Place } from "./shopSettings";
import type { Site } from "./site";

export type BenchRelease = "v1" | "v2";

/** One of the two ways to run the shop. */
export interface Contender {
  readonly name: "compose" | "knowngood";
  readonly shop: ShopClient;
  /** The change of one setting and the commands that carry it out, until the shop is healthy. */
  goTo: (release: BenchRelease) => Promise<void>;
  /** The command that carries it out, without a change: with nothing to do. */
  again: () => Promise<void>;
  readonly place: Place;
}

const secondsToThaw = 30;

/** Stops a shop's processes, health checks included, so that they take nothing from the other one's time. */
export async function freeze(site: Site, { place }: Contender): Promise<void> {
  const ids = await containers(site, place);
  if (ids.length > 0) await site.docker("pause", ...ids);
}

/** Lets a shop go on, and waits until it is as healthy as before: the engine takes a paused container for unhealthy. */
export async function thaw(site: Site, { place, shop }: Contender): Promise<void> {
  const ids = await containers(site, place);
  await site.docker("unpause", ...ids);
  const health = "{{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}";
  const isHealthy = async () =>
    (await answers(`${shop.api}/health`)) &&
    (await answers(`${shop.web}/health`)) &&
    (await site.docker("inspect", "--format", health, ...ids))
      .split("\n")
      .every((line) => /^(healthy)?$/.test(line));
  const deadline = Date.now() + secondsToThaw * 1000;
  while (!(await isHealthy())) {
    if (Date.now() > deadline) throw new Error(`${place.prefix} is not healthy after it was paused`);
    await sleep(50);
  }
}

/** @throws Error when the shop's api is not of this release, or not healthy */
export async function expectRelease({ name, shop }: Contender, release: BenchRelease): Promise<void> {
  const { status, body } = await shop.health();
  if (status !== 200 || body.release !== release)
    throw new Error(`${name} should run ${release}: ${status} ${JSON.stringify(body)}`);
}

async function containers(site: Site, { prefix }: Place): Promise<string[]> {
  const listed = await site.docker("ps", "--quiet", "--no-trunc", "--filter", `name=^/?${prefix}-`);
  return listed.split("\n").filter((id) => id !== "");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
