/**
 * Random schemas and migrations: what is judged is never milder than what old code meets. The seed is printed; the same
 * seed and count bring the same gaps. A long run, without npm:
 *
 *   KNOWNGOOD_FUZZ_RUNS=2000 KNOWNGOOD_FUZZ_SEED=1 node toolchain/setup.mjs run -- node node_modules/mocha/bin/mocha.js \
 *     --no-config --require ./toolchain/loadTypescript.cjs --timeout 7200000 --spec tests/schema/fuzz/fuzz.test.ts
 */
import { expect } from "chai";
import fc from "fast-check";
import { judge } from "../../../schema/judge";
import { isPast, type Verdict } from "../../../schema/verdict";
import { Server } from "../../migrations/server";
import { gapOf } from "../corpus/cases";
import { BrokenCase, label, type GapCase } from "../corpus/oracle";
import { plan } from "./plan";
import { oldSchemas, type OldSchema } from "./schemas";
import { steps, type Step } from "./steps";

const runs = Number(process.env.KNOWNGOOD_FUZZ_RUNS ?? 100);
const seed = Number(process.env.KNOWNGOOD_FUZZ_SEED ?? 20261120);

const server = new Server();

interface Compared {
  gap: GapCase;
  truth: Verdict;
  judged: Verdict;
  because: readonly string[];
}

describe("random gaps", function () {
  this.timeout(7_200_000);
  before("start PostgreSQL", () => server.start());

  it(`are judged nowhere milder than they are (${runs} of seed ${seed})`, async () => {
    const milder: string[] = [];
    const counts = { judged: 0, graver: 0, empty: 0 };
    for (const [index, [old, wanted]] of fc
      .sample(fc.tuple(oldSchemas, steps), { seed, numRuns: runs })
      .entries()) {
      const result = await compare(`gap ${index}`, old, wanted);
      if (result === undefined) {
        counts.empty += 1;
        continue;
      }
      counts.judged += 1;
      if (isPast(result.judged, result.truth)) counts.graver += 1;
      if (isPast(result.truth, result.judged)) {
        milder.push(describeGap(await smallest(result, old, wanted)));
        console.log(milder.at(-1));
      }
    }
    console.log(
      `      seed ${seed}: ${counts.judged} judged, ${milder.length} milder, ${counts.graver} graver, ` +
        `${counts.empty} without a step that could be done`,
    );
    expect(counts.judged).to.be.at.least(runs / 2);
    expect(milder, milder.join("\n\n")).to.deep.equal([]);
  });
});

async function compare(name: string, old: OldSchema, wanted: readonly Step[]): Promise<Compared | undefined> {
  const gap = await plan(server.postgres, name, old, wanted);
  if (gap === undefined) return undefined;
  try {
    const { verdict: truth, because } = await label(server.postgres, gap);
    const { verdict: judged } = await judge(gapOf(gap), {
      scratch: { url: server.postgres.adminUrl },
      role: gap.role,
      cacheFolder: false,
    });
    return { gap, truth, judged, because };
  } catch (error) {
    if (error instanceof BrokenCase) throw new Error(`${name} does not repeat: ${error.message}`);
    throw error;
  }
}

/** The same mistake with as few steps as possible. */
async function smallest(result: Compared, old: OldSchema, wanted: readonly Step[]): Promise<Compared> {
  for (const index of wanted.keys()) {
    const fewer = wanted.filter((_, other) => other !== index);
    const next = fewer.length === 0 ? undefined : await compare(result.gap.name, old, fewer);
    if (next !== undefined && isPast(next.truth, next.judged)) return smallest(next, old, fewer);
  }
  return result;
}

function describeGap({ gap, truth, judged, because }: Compared): string {
  return [
    `${gap.name}: judged ${judged}, is ${truth}${gap.role === undefined ? "" : `, as ${gap.role}`}`,
    ...because.slice(0, 4).map((line) => `  seen: ${line}`),
    ...gap.shipped,
    "  -- ahead",
    ...gap.ahead,
  ].join("\n");
}
