import { expect } from "chai";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endState, locks } from "./endState";
import { chapters, commandsRun, everythingOn, recordsOf, type ThreeReleasesImages } from "./everythingOn";
import { answering } from "./images";
import { drawn, killPointsIn, said, seededRandom, type KillPoint } from "./killPoints";
import { endSurvivors, killTree, processTree } from "./processTree";
import { buildImages } from "./twoReleases";
import { Workspace } from "./workspace";

/** Set it to try other points than those of every run. */
const seed = Number(process.env.KNOWNGOOD_TEST_SEED ?? 20261121);

/** Stacks that live through every chapter, killed once in each; five chapters make twenty kills. */
const lives = 4;
/** Milliseconds for what a killed CLI has left running to say that it ends. */
const lastWords = 60_000;

/** What a chapter comes to when nobody disturbs it, and where the other stacks are killed in it. */
interface Undisturbed {
  end: unknown;
  points: KillPoint[];
}

describe(`an up that is killed between any two resources (seed ${seed})`, () => {
  const workspaces: Workspace[] = [];
  const survivors: ReturnType<typeof processTree>[] = [];
  const workspace = () => {
    const made = new Workspace();
    workspaces.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(survivors.splice(0).map(endSurvivors));
    await Promise.all(workspaces.splice(0).map((made) => made.dispose()));
  });

  it("converges by `pulumi cancel --yes && pulumi up` from twenty points, to what an undisturbed run comes to", async function () {
    // Sixty commands of Pulumi: minutes on a busy machine.
    this.timeout(1_200_000);
    const maker = workspace();
    const images = { ...(await buildImages(maker)), api3: await answering(maker, "api", "v3") };
    const random = seededRandom(seed);
    const story = undisturbedLife(workspace(), images, random);
    const killed = Array.from({ length: lives }, (_none, life) => () => disturbedLife(images, life, story));
    await Promise.all([...story, sideBySide(killed, 2)]);
  });

  /** Each chapter begins when the one before has come to its end. */
  function undisturbedLife(
    own: Workspace,
    images: ThreeReleasesImages,
    random: () => number,
  ): Promise<Undisturbed>[] {
    let before: Promise<unknown> = everythingOn(own, "prod", images);
    return chapters.map(({ name, settings }) => {
      const chapter = before.then(async () => {
        own.settings("prod", settings);
        const up = await own.up("prod");
        expect(up.exitCode, `${name}:\n${up.text}`).to.equal(0);
        return { end: await comparableEnd(own), points: drawn(killPointsIn(up.text), lives, random) };
      });
      chapter.catch(() => undefined);
      before = chapter;
      return chapter;
    });
  }

  /** A stack that lives through every chapter, killed once in each. */
  async function disturbedLife(
    images: ThreeReleasesImages,
    life: number,
    story: readonly Promise<Undisturbed>[],
  ): Promise<void> {
    const own = workspace();
    await everythingOn(own, "prod", images);
    for (const [index, { name, tag, settings }] of chapters.entries()) {
      const { end, points } = (await story[index]) ?? expect.fail();
      const point = points[life] ?? expect.fail(`${name} has too few points`);
      // With all its processes, as where the machine goes down; or alone, so that they live on for a while.
      const wholly = (life + index) % 2 === 0;
      const told = `${name}, killed ${wholly ? "with all its processes" : "alone"} at ${point.resource} ${point.step}`;
      own.settings("prod", settings);
      const before = recordsOf(own).length;
      await killedAt(own, point, wholly);
      const cancelled = await own.pulumi("cancel", "prod", "--yes");
      expect(cancelled.exitCode, `${told}:\n${cancelled.text}`).to.equal(0);
      const up = await own.up("prod");
      expect(up.exitCode, `${told}:\n${up.text}`).to.equal(0);
      expect(locks(own), told).to.deep.equal([]);
      expect(await comparableEnd(own), `${told}:\n${up.text}`).to.deep.equal(end);
      await nothingBegun(own, told);
      const records = recordsOf(own).slice(before);
      expect(
        records.map(({ outcome, to }) => [outcome, to.tag]),
        `${told}:\n${JSON.stringify(records, undefined, 1)}\n${up.text}`,
      ).to.deep.equal([
        ["unfinished", tag],
        ["passed", tag],
      ]);
    }
    if (life === 0) await withoutPendingNotes(own);
  }

  async function killedAt(own: Workspace, point: KillPoint, wholly: boolean): Promise<void> {
    const up = own.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await up.saw(said(point));
    if (wholly) killTree(up.pid);
    else {
      survivors.push(processTree(up.pid));
      up.kill("SIGKILL");
    }
    expect((await up.ended).signal).to.equal("SIGKILL");
    expect(locks(own)).not.to.deep.equal([]);
  }
});

/** The end state, and which commands of the user's have run at all, for which release. */
async function comparableEnd(own: Workspace): Promise<unknown> {
  const end = JSON.stringify({
    ...((await endState(own, "prod")) as object),
    ran: [...new Set(commandsRun(own))].sort(),
  });
  return JSON.parse(end.replaceAll(own.prefix, "PREFIX"));
}

/** Pulumi keeps a note of what was being created when it was killed, until it is asked to forget; nothing comes of it. */
async function withoutPendingNotes(own: Workspace): Promise<void> {
  const { resources, pending } = await own.state("prod");
  const end = await comparableEnd(own);
  const held = resources.map(({ urn }) => urn);
  for (const { operation, resource } of pending) {
    expect(operation).to.equal("creating");
    expect(held.filter((urn) => urn === resource.urn)).to.have.length(1);
  }
  const refreshed = await own.pulumi(
    "refresh",
    "--yes",
    "--clear-pending-creates",
    "--skip-preview",
    "--stack",
    "prod",
  );
  expect(refreshed.exitCode, refreshed.text).to.equal(0);
  expect((await own.state("prod")).pending).to.deep.equal([]);
  expect(await comparableEnd(own)).to.deep.equal(end);
}

/** No `up` is noted as begun any more: each has its record. The program of one that was killed alone writes its own. */
async function nothingBegun(own: Workspace, told: string): Promise<void> {
  const folder = join(own.folder, ".knowngood", "begun");
  const deadline = Date.now() + lastWords;
  while (readdirSync(folder).length > 0 && Date.now() < deadline) await sleep(100);
  expect(readdirSync(folder), told).to.deep.equal([]);
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
