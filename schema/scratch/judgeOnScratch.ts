import type { Gap } from "../gap";
import type { StructuralFinding } from "../snapshot/structuralFinding";
import { openEmbedded } from "./embedded";
import { oneAtATime } from "./oneAtATime";
import type { RowStyle } from "./rows/fill";
import { SourceFails } from "./runSource";
import type { ScratchDatabase } from "./scratchDatabase";
import type { ScratchOptions, ScratchSetting } from "./scratchSetting";
import { extensionsOf, ScratchRefuses } from "./surroundings";
import { openThrowaway } from "./throwaway";
import { AheadFails, tryGap } from "./tryGap";
import { Watch } from "./watch";

export type { ScratchOptions, ScratchSetting } from "./scratchSetting";

/** What a scratch database showed of a gap, or why none could. */
export type ScratchJudgement =
  | {
      ran: true;
      findings: StructuralFinding[];
      /** What was made or left out. */
      told: string[];
      /** What could not be tried of what the gap may touch, so that not everything is proved. */
      limits: string[];
      server: string;
    }
  | {
      ran: false;
      reason: string;
      /** Whether the server refused the gap, or what was shipped, so that nothing is known of what it does. */
      refused?: boolean;
    };

/** Seconds. */
const usualTimeLimit = 60;

const uncalled = "functions were not called: a call did not come to an end";

const plain: RowStyle = { rows: 8, text: "words", literals: false, filters: false, without: new Set() };

/** How the next try differs, after the gap failed on what was made up: other values, fewer rows, none at last. */
const ways: readonly ((failed: AheadFails | undefined) => RowStyle)[] = [
  () => ({ ...plain, filters: true }),
  () => plain,
  (failed) => (isAboutValues(failed) ? { ...plain, text: "digits" } : { ...plain, rows: 1 }),
  (failed) => (isAboutValues(failed) ? { ...plain, literals: true } : { ...plain, without: tableOf(failed) }),
];

/**
 * Runs what old code was written for on an empty database, then the gap, and tells what old code would meet.
 * A gap is tried with rows first; where it fails on made-up rows, with others, and with none at last.
 * Throws nothing for what the SQL or the server does.
 */
export async function judgeOnScratch(gap: Gap, options: ScratchOptions): Promise<ScratchJudgement> {
  const { scratch } = options;
  if (scratch === "off") return { ran: false, reason: "the settings say off" };
  const judged = () => judgeWithin(gap, options, scratch);
  return scratch === "embedded" ? judged() : oneAtATime(judged);
}

async function judgeWithin(
  gap: Gap,
  options: ScratchOptions,
  scratch: Exclude<ScratchSetting, "off">,
): Promise<ScratchJudgement> {
  const { timeLimit = usualTimeLimit } = options;
  const deadline = Date.now() + timeLimit * 1000;
  try {
    return await firstThatRuns(gap, options, scratch, deadline);
  } catch (error) {
    const late = Date.now() >= deadline;
    const reason = late ? `it took longer than ${Math.round(timeLimit)} s` : reasonOf(error);
    return { ran: false, reason, refused: late || refusals.some((refusal) => error instanceof refusal) };
  }
}

/** What says that nothing can be known of the gap; a server that is away says nothing of it. */
const refusals = [AheadFails, SourceFails, ScratchRefuses];

async function firstThatRuns(
  gap: Gap,
  options: ScratchOptions,
  scratch: Exclude<ScratchSetting, "off">,
  deadline: number,
): Promise<ScratchJudgement> {
  let failed: AheadFails | undefined;
  let calls = true;
  const everFilled = new Set<string>();
  for (let way = 0; ;) {
    const rows = ways[way]?.(failed) ?? { ...plain, without: everFilled };
    const database = await open(scratch, gap, options);
    const watch = new Watch(database, deadline);
    try {
      const { limits, ...tried } = await tryGap(database, gap, options, { rows, calls }, watch);
      const all = calls ? limits : [...limits, uncalled];
      return { ran: true, ...tried, limits: all, server: database.server };
    } catch (error) {
      if (error instanceof AheadFails) {
        for (const name of error.filled) everFilled.add(name);
        failed = error;
        way += 1;
        if (way > ways.length || error.filled.length === 0) throw error;
      } else if (watch.phase === "calls" && calls && Date.now() < deadline) calls = false;
      else throw error;
    } finally {
      watch.end();
      await database.close();
    }
  }
}

function open(
  scratch: Exclude<ScratchSetting, "off">,
  { shipped, ahead }: Gap,
  { dump }: ScratchOptions,
): Promise<ScratchDatabase> {
  if (scratch !== "embedded") return openThrowaway(scratch.url);
  return openEmbedded(extensionsOf([...(dump === undefined ? shipped : [dump]), ...ahead]));
}

/** Whether the gap failed on what the values were, and not on how many rows there are. */
function isAboutValues(failed: AheadFails | undefined): boolean {
  return failed?.cause.failure.code?.startsWith("22") ?? false;
}

/** The table that an error is about, or all that had rows. */
function tableOf(failed: AheadFails | undefined): ReadonlySet<string> {
  const table = failed?.cause.failure.table;
  return new Set(table === undefined ? failed?.filled : [table]);
}

function reasonOf(error: unknown): string {
  if (error instanceof AheadFails) return `the gap does not run on what was shipped: ${error.message}`;
  if (error instanceof SourceFails) return `what was shipped does not run: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
