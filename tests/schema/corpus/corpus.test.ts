/**
 * Every gap of the corpus, judged and held against what old code really meets. By default most are judged on the test's
 * own PostgreSQL, which is quicker than one PGlite a gap; `KNOWNGOOD_CORPUS=embedded` judges all of them on PGlite.
 */
import { expect } from "chai";
import { judge } from "../../../schema/judge";
import type { ScratchSetting } from "../../../schema/scratch/scratchSetting";
import { isPast } from "../../../schema/verdict";
import { Server } from "../../migrations/server";
import { gapOf, readCases } from "./cases";
import { label, type GapCase, type Label } from "./oracle";

/** Share of the cases that may be judged graver than they are. */
const graverAllowed = 0.05;

/** Every how many cases one is also judged on PGlite. */
const sampleStep = 10;

const everywhere = process.env.KNOWNGOOD_CORPUS === "embedded";

const server = new Server();
const cases = readCases();

interface Labelled {
  gap: GapCase;
  label: Label;
}

const labelled: Labelled[] = [];

describe("the corpus", function () {
  this.timeout(1_200_000);
  const broken: string[] = [];
  before("label every case on PostgreSQL", async () => {
    await server.start();
    await eachOf(cases, async (gap) => {
      try {
        labelled.push({ gap, label: await label(server.postgres, gap) });
      } catch (error) {
        broken.push(`${gap.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  });

  it("has cases of every verdict, and each works on the old schema", () => {
    expect(broken).to.deep.equal([]);
    expect(labelled.length).to.equal(cases.length);
    expect(cases.length).to.be.at.least(150);
    const counts = new Map<string, number>();
    for (const { label } of labelled) counts.set(label.verdict, (counts.get(label.verdict) ?? 0) + 1);
    const shares = [...counts].map(([verdict, count]) => `${count} ${verdict}`);
    console.log(`      ${cases.length} gaps: ${shares.join(", ")}`);
    expect(counts.size).to.equal(4);
    expect(counts.get("compatible") ?? 0).to.be.at.least(cases.length / 4);
    expect(new Set(cases.map(({ name }) => name)).size).to.equal(cases.length);
  });

  it("is judged nowhere milder than it is, and hardly anywhere graver", async () => {
    await compare(labelled, everywhere ? "embedded" : { url: server.postgres.adminUrl }, graverAllowed);
  });

  it("is judged alike on PGlite", async () => {
    await compare(
      // A server's own roles are not altered there, so that only here all of such a gap is tried.
      labelled.filter(({ gap }, index) => index % sampleStep === 0 || gap.login === true),
      "embedded",
      2 * graverAllowed,
    );
  });

  it("is judged by its statements alone where no scratch database may run", async () => {
    const { milder } = await judgeAll(labelled, "off");
    expect(milder.length, `judged milder\n${milder.join("\n")}\n`).to.be.at.most(
      labelled.length * graverAllowed,
    );
  });
});

async function compare(all: readonly Labelled[], scratch: ScratchSetting, allowed: number): Promise<void> {
  const { milder, graver } = await judgeAll(all, scratch);
  expect(milder, `judged milder\n${milder.join("\n")}\n`).to.deep.equal([]);
  const most = Math.ceil(all.length * allowed);
  expect(graver.length, `judged graver\n${graver.join("\n")}\n`).to.be.at.most(most);
}

async function judgeAll(
  all: readonly Labelled[],
  scratch: ScratchSetting,
): Promise<{ milder: string[]; graver: string[] }> {
  const milder: string[] = [];
  const graver: string[] = [];
  const begin = Date.now();
  await eachOf(all, async ({ gap, label }) => {
    const { verdict, findings } = await judge(gapOf(gap), { scratch, role: gap.role, cacheFolder: false });
    const told = findings
      .slice(0, 3)
      .map((one) => `${one.verdict} ${one.rule} ${one.object} (${one.engine})`);
    const why = [
      `${gap.name}: judged ${verdict}, is ${label.verdict}`,
      ...label.because.slice(0, 3).map((line) => `    seen: ${line}`),
      ...told.map((line) => `    told: ${line}`),
    ].join("\n");
    if (isPast(label.verdict, verdict)) milder.push(why);
    if (isPast(verdict, label.verdict)) graver.push(why);
  });
  const seconds = ((Date.now() - begin) / 1000).toFixed(0);
  console.log(`      ${all.length} gaps in ${seconds} s: ${milder.length} milder, ${graver.length} graver`);
  return { milder, graver };
}

/** Two at a time: what the machines that run tests have cores for. */
async function eachOf<T>(all: readonly T[], perform: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const work = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await perform(one);
  };
  await Promise.all([work(), work()]);
}
