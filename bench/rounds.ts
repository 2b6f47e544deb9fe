import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { availability, type Availability } from "./answers";
import { SteadyClient } from "./client";
import type { ComposeShop } from "./composeShop";
import { expectRelease, freeze, thaw, type Contender } from "./contender";
import type { Figure } from "./figures";
import type { KnowngoodShop } from "./knowngoodShop";
import { peakMemory } from "./peakMemory";
import type { Site } from "./site";

/** A rollback, with what the client met. */
interface Rollback extends Availability {
  seconds: number;
}

interface Shared {
  rollback: Rollback[];
  forward: number[];
  memory: number[];
  again: number[];
}

const nothingYet = (): Shared => ({ rollback: [], forward: [], memory: [], again: [] });

/** Milliseconds for which the client asks before and after a rollback. */
const margin = 1000;

/** Both contenders in turn, as often as asked; every run begins and ends with both of them healthy on v2. */
export class Rounds {
  private readonly compose = nothingYet();
  private readonly knowngood = nothingYet();
  private readonly previewed: Rollback[] = [];
  private readonly preview: number[] = [];
  private readonly levelPreview: number[] = [];
  private readonly againPreviewed: number[] = [];
  private readonly setUp: number[] = [];

  constructor(
    private readonly site: Site,
    private readonly composeShop: ComposeShop,
    private readonly knowngoodShop: KnowngoodShop,
    private readonly say: (line: string) => void,
  ) {}

  /** @param number from 1; the one that goes first changes with every run */
  async run(number: number): Promise<void> {
    const turns = [
      () => this.alone(this.composeShop, () => this.composeTurn()),
      () => this.alone(this.knowngoodShop, () => this.knowngoodTurn()),
    ];
    for (const turn of number % 2 === 1 ? turns : turns.reverse()) await turn();
    this.setUp.push(await this.timed("set-up", setUpOnceMore));
  }

  figures(): Figure[] {
    const { compose, knowngood } = this;
    const of = (key: keyof Rollback, rollbacks: readonly Rollback[]) => rollbacks.map((one) => one[key]);
    const both = (key: keyof Rollback) => ({
      compose: of(key, compose.rollback),
      knowngood: of(key, knowngood.rollback),
    });
    return [
      {
        name: "rollback, wall time (`pulumi up --yes --skip-preview`)",
        unit: "s",
        ...both("seconds"),
        target: { kind: "ratio", atMost: 2 },
      },
      { name: "time without a healthy answer", unit: "s", ...both("secondsWithout") },
      { name: "failed requests, at 50 a second", unit: "requests", ...both("failed") },
      {
        name: "rollback with a preview first (`pulumi up --yes`), wall time",
        unit: "s",
        compose: of("seconds", compose.rollback),
        knowngood: of("seconds", this.previewed),
      },
      {
        name: "the way forward again, wall time",
        unit: "s",
        compose: compose.forward,
        knowngood: knowngood.forward,
      },
      {
        name: "peak memory of the commands",
        unit: "MiB",
        compose: compose.memory,
        knowngood: knowngood.memory,
      },
      {
        name: "preview of a rollback",
        unit: "s",
        knowngood: this.preview,
        target: { kind: "seconds", atMost: 2 },
      },
      { name: "preview of a rollback with nothing ahead", unit: "s", knowngood: this.levelPreview },
      {
        name: "what a gap with a kept verdict adds to a preview",
        unit: "s",
        knowngood: this.preview.map((seconds, run) => seconds - (this.levelPreview[run] ?? NaN)),
        target: { kind: "seconds", atMost: 0.3 },
      },
      {
        name: "nothing to do (`pulumi up --yes --skip-preview`)",
        unit: "s",
        compose: compose.again,
        knowngood: knowngood.again,
        target: { kind: "seconds", atMost: 2.5 },
      },
      {
        name: "nothing to do, with a preview first",
        unit: "s",
        compose: compose.again,
        knowngood: this.againPreviewed,
      },
      { name: "set-up, warm", unit: "s", knowngood: this.setUp, target: { kind: "seconds", below: 2 } },
    ];
  }

  private async composeTurn(): Promise<void> {
    const shop = this.composeShop;
    this.compose.rollback.push(await this.rollback(shop, "rollback", () => shop.goTo("v1")));
    await this.forward(shop, this.compose);
    this.compose.again.push(await this.timed("compose: nothing to do", () => shop.again()));
  }

  private async knowngoodTurn(): Promise<void> {
    const shop = this.knowngoodShop;
    this.knowngood.rollback.push(await this.rollback(shop, "rollback", () => shop.goTo("v1")));
    await this.forward(shop, this.knowngood);
    this.previewed.push(
      await this.rollback(shop, "rollback with a preview first", () => shop.goTo("v1", true)),
    );
    await shop.goTo("v2");
    await this.previews(shop);
    await shop.target("v2");
    this.knowngood.again.push(await this.timed("knowngood: nothing to do", () => shop.again()));
    this.againPreviewed.push(
      await this.timed("knowngood: nothing to do, with a preview first", () => shop.again(true)),
    );
  }

  /** With a gap, whose verdict the first update has left in the cache, and with none; the first to go changes. */
  private async previews(shop: KnowngoodShop): Promise<void> {
    const turns = [
      async () => {
        await shop.target("v1");
        this.preview.push(await this.timed("knowngood: preview of a rollback", () => shop.preview()));
      },
      async () => {
        await shop.target("v1-level");
        this.levelPreview.push(
          await this.timed("knowngood: preview of a rollback with nothing ahead", () => shop.preview()),
        );
      },
    ];
    for (const turn of this.preview.length % 2 === 0 ? turns : turns.reverse()) await turn();
  }

  /** Lets one go on, while the other one waits. */
  private async alone(one: Contender, work: () => Promise<void>): Promise<void> {
    await thaw(this.site, one);
    await expectRelease(one, "v2");
    await work();
    await expectRelease(one, "v2");
    await freeze(this.site, one);
  }

  private async rollback(one: Contender, what: string, work: () => Promise<void>): Promise<Rollback> {
    const client = new SteadyClient(`${one.shop.api}/health`);
    let seconds: number;
    try {
      await sleep(margin);
      seconds = await stopwatch(work);
      await sleep(margin);
    } finally {
      await client.stop();
    }
    await expectRelease(one, "v1");
    const met = availability(await client.stop());
    this.say(
      `  ${one.name}: ${what}: ${seconds.toFixed(2)} s, ${met.secondsWithout.toFixed(2)} s without a healthy answer, ` +
        `${met.failed} of ${met.requests} requests failed`,
    );
    return { seconds, ...met };
  }

  private async forward(one: Contender, into: Shared): Promise<void> {
    let seconds = 0;
    const memory = await peakMemory(async () => {
      seconds = await stopwatch(() => one.goTo("v2"));
    });
    await expectRelease(one, "v2");
    into.forward.push(seconds);
    into.memory.push(memory);
    this.say(`  ${one.name}: forward again: ${seconds.toFixed(2)} s, at most ${memory.toFixed(0)} MiB`);
  }

  private async timed(what: string, work: () => Promise<void>): Promise<number> {
    const seconds = await stopwatch(work);
    this.say(`  ${what}: ${seconds.toFixed(2)} s`);
    return seconds;
  }
}

async function stopwatch(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** `node toolchain/setup.mjs`, in the environment that the bench itself was given. */
async function setUpOnceMore(): Promise<void> {
  const script = join(__dirname, "..", "toolchain", "setup.mjs");
  const child = spawn(process.execPath, [script], { stdio: "ignore" });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0)
    throw new Error(`node toolchain/setup.mjs failed with exit code ${code}: run it to see why`);
}
