import type { CombinedJudgement } from "../schema/combine";
import type { Gap, SqlSource } from "../schema/gap";
import { judge, type JudgeOptions } from "../schema/judge";

/** Seconds that all judgements together may take. */
const judgingSeconds = 30;

/** Seconds below which none is begun: it would be judged by its statements alone, and otherwise the next time. */
export const leastSeconds = 3;

/**
 * Judges gaps, one after another while there is time: a scratch database takes a processor and memory of its own. The
 * first is what the `up` is about, and is always answered, by its statements alone where the time runs out.
 * @param clock milliseconds of a clock that never goes back
 * @returns in the gaps' order; undefined where the time was over
 */
export async function judgeGaps(
  gaps: readonly Gap[],
  options: JudgeOptions,
  { seconds = judgingSeconds, clock = () => performance.now() } = {},
): Promise<(CombinedJudgement | undefined)[]> {
  const identify = identities();
  const judged = new Map<string, CombinedJudgement | undefined>();
  const deadline = clock() + seconds * 1000;
  for (const [index, gap] of gaps.entries()) {
    const identity = identify(gap);
    if (judged.has(identity)) continue;
    const timeLimit = (deadline - clock()) / 1000;
    const inTime = index === 0 || timeLimit >= leastSeconds;
    judged.set(identity, inTime ? await judge(gap, { ...options, timeLimit }) : undefined);
  }
  return gaps.map((gap) => judged.get(identify(gap)));
}

/** Releases that ship the same migrations have the same gap; a migration is read once, so it is one object in all. */
function identities(): (gap: Gap) => string {
  const numbers = new Map<SqlSource, number>();
  const numberOf = (source: SqlSource) => {
    const number = numbers.get(source) ?? numbers.size;
    numbers.set(source, number);
    return number;
  };
  return ({ shipped, ahead, unread = [] }) =>
    JSON.stringify([shipped.map(numberOf), ahead.map(numberOf), unread]);
}
