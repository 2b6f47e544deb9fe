import { splitPassword } from "../migrations/password";
import { combine, type CombinedJudgement } from "./combine";
import type { Gap } from "./gap";
import { defaultCacheFolder, judgementKey, keepJudgement, readJudgement } from "./judgementCache";
import { judgingCode } from "./judgingCode";
import type { ScratchJudgement, ScratchOptions } from "./scratch/judgeOnScratch";
import type { StaticJudgement } from "./static/judgeStatically";

export interface JudgeOptions extends ScratchOptions {
  /** Where judgements are kept, or false for nowhere. @default that of the user: see `defaultCacheFolder` */
  cacheFolder?: string | false;
}

/**
 * What a gap means for the code that its shipped migrations were written for. Both engines are asked at once; without
 * a gap none is started. Answers from what was kept where nothing has changed. Throws nothing: an engine that fails
 * leaves the judgement unconfirmed, with why.
 */
export async function judge(gap: Gap, options: JudgeOptions): Promise<CombinedJudgement> {
  if (gap.ahead.length === 0 && (gap.unread ?? []).length === 0)
    return { verdict: "compatible", confirmed: true, unconfirmed: [], findings: [], notes: [] };
  const { cacheFolder = defaultCacheFolder(), scratch, role, dump } = options;
  if (cacheFolder === false) return (await judgeAnew(gap, options)).judgement;
  const server = typeof scratch === "string" ? scratch : splitPassword(scratch.url).address;
  const key = judgementKey(gap, { scratch: server, role, dump, code: judgingCode() });
  const known = readJudgement(cacheFolder, key, typeof scratch === "string" ? undefined : serverMilliseconds);
  if (known !== undefined) return known;
  const { judgement, lasting } = await judgeAnew(gap, options);
  if (lasting) keepJudgement(cacheFolder, key, judgement);
  return judgement;
}

/** A server of one's own can be upgraded, or have other extensions, without anything here telling. */
const serverMilliseconds = 24 * 60 * 60 * 1000;

/** A judgement, and whether the same gap will be judged alike tomorrow: a server that was away can be back. */
async function judgeAnew(
  gap: Gap,
  options: ScratchOptions,
): Promise<{ judgement: CombinedJudgement; lasting: boolean }> {
  const [read, tried] = await Promise.all([readStatements(gap, options), trySchema(gap, options)]);
  const wholeRead = !("failed" in read);
  return {
    judgement: combine(gap, wholeRead ? read : unreadable(read.failed), tried),
    lasting: wholeRead && (tried.ran || options.scratch === "off"),
  };
}

async function readStatements(
  gap: Gap,
  { role }: ScratchOptions,
): Promise<StaticJudgement | { failed: string }> {
  try {
    const { judgeStatically } = await import("./static/judgeStatically");
    return await judgeStatically(gap, { role });
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

/** What a reader that failed leaves. */
function unreadable(reason: string): StaticJudgement {
  return {
    findings: [],
    dataFindings: [],
    unread: [`the statements could not be read: ${reason}`],
    statementBehind: () => undefined,
    copyOf: () => undefined,
  };
}

async function trySchema(gap: Gap, options: ScratchOptions): Promise<ScratchJudgement> {
  if (options.scratch === "off") return { ran: false, reason: "it is turned off" };
  try {
    const { judgeOnScratch } = await import("./scratch/judgeOnScratch");
    return await judgeOnScratch(gap, options);
  } catch (error) {
    return { ran: false, reason: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
