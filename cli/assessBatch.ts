import { once } from "node:events";
import { createReadStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";
import { reviewedGap } from "../schema/fingerprint";
import { judge, type JudgeOptions } from "../schema/judge";
import { notJudged } from "../schema/notJudged";
import { makeReport, type Report } from "../schema/report";
import { isPast, type Verdict } from "../schema/verdict";
import { InvalidInput, violationsOf } from "../settings/violations";
import { batchSources, type BatchEntry } from "./batchSources";
import { exitCodes } from "./exitCodes";
import { nothingAhead, withNote } from "./nothingAhead";

/** Gaps that are judged at a time: a second processor reads and tries one while the first waits. */
const lanes = 2;

const entry = z.union([z.string(), z.object({ name: z.string().optional(), sql: z.string() })]);
const entries = z.union([entry, z.array(entry)], {
  error: 'write SQL, a path, {"name": …, "sql": …}, or a list of these',
});
const lineSchema = z.object({
  name: z.union([z.string(), z.number()], { error: "write what the gap is called" }),
  shipped: entries,
  ahead: entries,
  role: z.string({ error: "write the name of a role" }).optional(),
});

type Answer = { name: string } & (Report | { error: string });

/**
 * Answers each line of a batch by a line, in order, as soon as it is ready.
 * @param file `-` for standard input
 * @returns the exit code: the worst of all lines
 * @throws InvalidInput when the file can't be opened
 */
export async function judgeBatch(file: string, judging: JudgeOptions, allow: Verdict): Promise<number> {
  const folders = [...new Set([file === "-" ? process.cwd() : dirname(file), process.cwd()])];
  let worst: number = exitCodes.done;
  const waiting: Promise<Answer>[] = [];
  const answerFirst = async () => {
    const answer = await waiting.shift();
    if (answer === undefined) return;
    if ("error" in answer) worst = exitCodes.badInput;
    else if (isPast(answer.verdict, allow)) worst = Math.max(worst, exitCodes.failed);
    if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await once(process.stdout, "drain");
  };
  let number = 0;
  for await (const text of createInterface({ input: await open(file), crlfDelay: Infinity })) {
    number++;
    if (text.trim() === "") continue;
    waiting.push(answerLine(text.replace(/^\uFEFF/, ""), number, folders, judging));
    if (waiting.length >= lanes) await answerFirst();
  }
  while (waiting.length > 0) await answerFirst();
  return worst;
}

async function open(file: string): Promise<Readable> {
  if (file === "-") return process.stdin;
  const stream = createReadStream(file);
  try {
    await once(stream, "ready");
    return stream;
  } catch (error) {
    throw new InvalidInput("Nothing was judged", [
      {
        where: "--batch",
        found: (error as Error).message,
        expected: "name a file of JSON lines, or - for standard input",
      },
    ]);
  }
}

async function answerLine(
  text: string,
  number: number,
  folders: readonly string[],
  judging: JudgeOptions,
): Promise<Answer> {
  // Nothing is thrown: the run goes on.
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    return { name: `line ${number}`, error: `line ${number} is no JSON: ${(error as Error).message}` };
  }
  const name = nameIn(line) ?? `line ${number}`;
  const parsed = lineSchema.safeParse(line);
  if (!parsed.success) {
    const violations = violationsOf(parsed.error, line);
    const told = violations.map(
      ({ where, found, expected }) => `${where || "it"}: found ${found}; ${expected}`,
    );
    return { name, error: `line ${number}: ${told.join("; ")}` };
  }
  try {
    return { name, ...(await answer(parsed.data, folders, judging)) };
  } catch (error) {
    const told =
      error instanceof InvalidInput
        ? error.violations.map(({ where, found, expected }) => `${where}: ${found}; ${expected}`)
        : [error instanceof Error ? error.message : String(error)];
    return { name, error: `line ${number}: ${told.join("; ")}` };
  }
}

async function answer(
  { shipped, ahead, role }: z.infer<typeof lineSchema>,
  folders: readonly string[],
  judging: JudgeOptions,
): Promise<Report> {
  const gap = {
    shipped: batchSources("shipped", listOf(shipped), folders),
    ahead: batchSources("ahead", listOf(ahead), folders),
  };
  const judgement = await judge(gap, { ...judging, ...(role !== undefined && { role }) });
  return makeReport({
    judgement: withNote(judgement, nothingAhead(gap, "the line names nothing")),
    target: { tag: undefined, images: [] },
    gap: reviewedGap(gap),
    flags: [],
    stepDown: undefined,
    stepping: false,
    runner: undefined,
    notJudged: notJudged(undefined, undefined),
  });
}

function listOf(given: BatchEntry | BatchEntry[]): { entries: BatchEntry[]; single: boolean } {
  return Array.isArray(given) ? { entries: given, single: false } : { entries: [given], single: true };
}

function nameIn(line: unknown): string | undefined {
  const name = typeof line === "object" && line !== null ? (line as { name?: unknown }).name : undefined;
  return typeof name === "string" || typeof name === "number" ? String(name) : undefined;
}
