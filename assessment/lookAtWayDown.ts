import { connect } from "../migrations/connection";
import { withoutPassword } from "../migrations/password";
import { judge, type JudgeOptions } from "../schema/judge";
import { countLosses, type CountedLosses, type LossCandidate } from "../schema/stepDown/countLosses";
import { judgeStepDown, type StepDownQuestion } from "../schema/stepDown/judgeStepDown";
import type { StepDown } from "../schema/stepDown/stepDown";
import { leastSeconds } from "./judgeGaps";
import { within } from "./within";

/** The newest migration that is applied, as a step-down would take it back. */
export interface NewestMigration extends Omit<StepDownQuestion, "judge" | "count"> {
  /** Why there is none, where its tool may have one: see `unreadDownReason`. */
  unreadDown?: string;
}

/** The database in which the data is counted that would be lost; only read. */
export interface CountedDatabase {
  url: string;
  /** Rows of a table up to which they are counted, and not taken from the planner's estimate. @default 1,000,000 */
  countUpTo?: number;
}

/**
 * What taking it back would come to.
 * @param database undefined where none can be asked
 * @param seconds that it may take; @default as long as each judgement may
 */
export async function lookAtWayDown(
  newest: NewestMigration,
  database: CountedDatabase | undefined,
  judging: JudgeOptions,
  { seconds = Infinity, clock = () => performance.now() } = {},
): Promise<StepDown> {
  const { migration, unreadDown } = newest;
  const deadline = clock() + seconds * 1000;
  const looked = judgeStepDown({
    ...newest,
    judge: (gap) => {
      const timeLimit = (deadline - clock()) / 1000;
      if (timeLimit < leastSeconds) throw new OutOfTime();
      return judge(gap, seconds === Infinity ? judging : { ...judging, timeLimit });
    },
    count: database === undefined ? undefined : (candidates) => countIn(database, candidates),
  });
  const late = lateVerdict(migration, seconds);
  const verdict = await inTime(looked, seconds, late);
  return verdict.verdict === "missing" && newest.down === undefined && unreadDown !== undefined
    ? { ...verdict, reason: `The catalog has no way down of this migration: ${unreadDown}.` }
    : verdict;
}

class OutOfTime extends Error {}

async function inTime(looked: Promise<StepDown>, seconds: number, late: StepDown): Promise<StepDown> {
  try {
    return await (seconds === Infinity ? looked : within(seconds, looked, late));
  } catch (error) {
    if (error instanceof OutOfTime) return late;
    throw error;
  }
}

/** What nobody had the time to look at may lose anything. */
function lateVerdict(named: { version: string; name: string }, seconds: number): StepDown {
  const reason = `it could not be looked at in ${seconds} s`;
  return {
    ...named,
    verdict: "lossy",
    losses: [{ object: "data that can't be told", estimated: false, unconfirmed: reason }],
    stays: [],
    reason: `What its way down does is not known: ${reason}.`,
    confirmed: false,
    checks: { empty: [] },
  };
}

async function countIn(
  { url, countUpTo }: CountedDatabase,
  candidates: readonly LossCandidate[],
): Promise<CountedLosses> {
  try {
    const client = await connect(url);
    try {
      const query = async <Row>(sql: string, parameters: readonly unknown[] = []) =>
        (await client.query(sql, [...parameters])).rows as Row[];
      return await countLosses(query, candidates, { countUpTo });
    } finally {
      await client.end();
    }
  } catch (error) {
    const unconfirmed = withoutPassword(error instanceof Error ? error.message : String(error), url);
    return { losses: candidates.map(({ object }) => ({ object, estimated: false, unconfirmed })), empty: [] };
  }
}
