import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { endState, locks } from "./endState";
import { endSurvivors, processTree } from "./processTree";
import { buildImages, twoReleases, type TwoReleasesImages } from "./twoReleases";
import { Workspace } from "./workspace";

/** When the CLI is killed: so long after it has said something for the first time. */
interface Moment {
  says: RegExp;
  milliseconds: number;
}

/** Set it to try other moments than those of every run. */
const seed = Number(process.env.KNOWNGOOD_TEST_SEED ?? 20261120);

/** The moments of a first `up`: four that must be among them, and one of the rest. */
const firstUp = {
  always: [
    /release-network\S* creating/,
    /release-database-schema creating/,
    /release-api-container creating/,
    /release-api-health-check creating/,
  ],
  rest: [
    /knowngood-prod creating/,
    /release-volume-data creating/,
    /release-api-image creating/,
    /release-database-server creating/,
    /release-api-container created/,
  ],
};

/** The same of the `up` from v1 to v2. */
const secondUp = {
  always: [
    /release-database-schema updating/,
    /release-api-container deleting original/,
    /release-api-container creating replacement/,
    /release-api-health-check creating replacement/,
  ],
  rest: [
    /release-worker-container refreshing/,
    /release-api-image creating replacement/,
    /release-api-health-check deleting original/,
    /release-api-container created replacement/,
    /release-worker-health-check creating replacement/,
  ],
};

describe(`an up whose CLI is killed with SIGKILL (seed ${seed})`, () => {
  const workspaces: Workspace[] = [];
  const workspace = () => {
    const made = new Workspace();
    workspaces.push(made);
    return made;
  };
  afterEach(() => Promise.all(workspaces.splice(0).map((made) => made.dispose())));

  it("converges by `pulumi cancel --yes && pulumi up` from ten moments, to what an undisturbed run comes to", async function () {
    // Some thirty commands of Pulumi: minutes on a busy machine.
    this.timeout(480_000);
    const images = await buildImages(workspace());
    const random = seededRandom(seed);
    const first = momentsOf(firstUp, random);
    const second = momentsOf(secondUp, random);
    const undisturbed = undisturbedRun(images);
    const trials = first.map(
      (moment, index) => () => killedTwice(images, moment, second[index] ?? moment, undisturbed),
    );
    await Promise.all([undisturbed, sideBySide(trials, 3)]);
  });

  /** The end states of a first `up` and of the one to v2. */
  async function undisturbedRun(images: TwoReleasesImages): Promise<[unknown, unknown]> {
    const own = workspace();
    await stackOf(own, images);
    const ends: unknown[] = [];
    for (const tag of ["v1", "v2"]) {
      await own.target("prod", tag);
      const up = await own.up("prod");
      expect(up.exitCode, up.text).to.equal(0);
      ends.push(comparable(own, await endState(own, "prod")));
    }
    return [ends[0], ends[1]];
  }

  async function killedTwice(
    images: TwoReleasesImages,
    first: Moment,
    second: Moment,
    undisturbed: Promise<[unknown, unknown]>,
  ): Promise<void> {
    const own = workspace();
    await stackOf(own, images);
    for (const [index, moment] of [first, second].entries()) {
      await own.target("prod", `v${index + 1}`);
      await killedAt(own, moment);
      const cancelled = await own.pulumi("cancel", "prod", "--yes");
      expect(cancelled.exitCode, cancelled.text).to.equal(0);
      const up = await own.up("prod");
      const told = `killed ${moment.milliseconds} ms after ${String(moment.says)}:\n${up.text}`;
      expect(up.exitCode, told).to.equal(0);
      expect(locks(own), told).to.deep.equal([]);
      expect(comparable(own, await endState(own, "prod")), told).to.deep.equal((await undisturbed)[index]);
    }
  }

  /** Kills the CLI alone: the language host, the plugins and what they started live on while the next `up` runs. */
  async function killedAt(own: Workspace, { says, milliseconds }: Moment): Promise<void> {
    const up = own.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await up.saw(says);
    await sleep(milliseconds);
    const tree = processTree(up.pid);
    up.kill("SIGKILL");
    expect((await up.ended).signal).to.equal("SIGKILL");
    expect(locks(own)).not.to.deep.equal([]);
    survivors.push(tree);
  }

  const survivors: ReturnType<typeof processTree>[] = [];
  afterEach(() => Promise.all(survivors.splice(0).map(endSurvivors)));
});

/** A database of its own for each workspace; migrations slow enough to be killed within. */
async function stackOf(own: Workspace, images: TwoReleasesImages): Promise<void> {
  await twoReleases(own, "prod", { images, slow: { first: 0.6, second: 0.6 } });
}

function comparable(own: Workspace, end: unknown): unknown {
  return JSON.parse(JSON.stringify(end).replaceAll(own.prefix, "PREFIX"));
}

function momentsOf({ always, rest }: { always: RegExp[]; rest: RegExp[] }, random: () => number): Moment[] {
  const one = rest[Math.floor(random() * rest.length)];
  return [...always, ...(one === undefined ? [] : [one])].map((says) => ({
    says,
    milliseconds: Math.floor(random() ** 2 * 400),
  }));
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function seededRandom(from: number): () => number {
  let state = from | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Runs tasks, so many at a time; all have ended when it settles. */
async function sideBySide(tasks: (() => Promise<void>)[], width: number): Promise<void> {
  const waiting = [...tasks];
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task();
  };
  const ended = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
