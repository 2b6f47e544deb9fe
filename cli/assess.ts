import { withDoubts } from "../assessment/schemaDoubts";
import { unreadRule } from "../schema/combine";
import { makeReport, type Report } from "../schema/report";
import { judge, type JudgeOptions } from "../schema/judge";
import { printable, reportLines } from "../schema/reportLines";
import { reportMarkdown } from "../schema/reportMarkdown";
import { reviewedGap } from "../schema/fingerprint";
import { isPast, type Verdict } from "../schema/verdict";
import { judgeBatch } from "./assessBatch";
import { readSubject, type AssessedSubject } from "./assessSubject";
import { exitCodes } from "./exitCodes";
import { withNote } from "./nothingAhead";
import { notSql } from "./notSql";
import { print, printJson, styled } from "./output";
import { whileWaiting } from "./progress";

export interface AssessOptions {
  from?: string;
  to?: string;
  releases: string;
  shipped?: string[];
  ahead?: string[];
  dump?: string;
  dumpUpTo?: string;
  /** True where the address is to come from the environment. */
  database?: string | true;
  batch?: string;
  scratch: string;
  role?: string;
  /** Rows. */
  countUpTo?: number;
  allow: Verdict;
  json?: true;
  markdown?: true;
  cache: boolean;
}

/**
 * `assess`: one gap, or a batch of them. Sets the exit code: 0 within what is allowed, 1 graver; SQL that can't be parsed
 * is judged, too, and conditional at least.
 * @throws InvalidInput where nothing can be judged, for what an option names can't be read
 */
export async function assess(options: AssessOptions): Promise<void> {
  const question = await readSubject(options, process.env);
  if ("batch" in question) {
    process.exitCode = await judgeBatch(question.batch, question.judging, options.allow);
    return;
  }
  const { subject, judging } = question;
  const report = await whileWaiting("judging the schema", assessOne(subject, judging));
  const unread = report.findings.some(({ rule }) => rule === unreadRule);
  // A machine reads it among the findings.
  const mistake = unread && !options.json && !options.markdown ? await notSql(subject.gap) : undefined;
  show(report, { mistake, nothingAhead: subject.nothingAhead }, options);
  process.exitCode = isPast(report.verdict, options.allow) ? exitCodes.failed : exitCodes.done;
}

async function assessOne(subject: AssessedSubject, judging: JudgeOptions): Promise<Report> {
  const { gap, target, flags, runner, notJudged, doubts, nothingAhead } = subject;
  const [judgement, stepDown] = await Promise.all([judge(gap, judging), subject.stepDown?.(judging)]);
  return makeReport({
    judgement: withDoubts(withNote(judgement, nothingAhead), doubts),
    target,
    gap: reviewedGap(gap),
    flags,
    stepDown,
    stepping: false,
    runner,
    notJudged,
  });
}

interface Beside {
  /** Told before all else. */
  mistake: string | undefined;
  nothingAhead: string | undefined;
}

function show(report: Report, { mistake, nothingAhead }: Beside, { json, markdown }: AssessOptions): void {
  if (json) return printJson(report);
  if (markdown) return print(reportMarkdown(report).trimEnd());
  const emphasise = (text: string) => styled(process.stdout, stylesOf(report.verdict), text);
  const first = nothingAhead === undefined ? [] : [nothingAhead];
  if (mistake !== undefined) print(printable(mistake));
  for (const line of reportLines(report, { more: "add --markdown or --json", emphasise, first })) print(line);
}

function stylesOf(verdict: Verdict): Parameters<typeof styled>[1] {
  switch (verdict) {
    case "compatible":
      return ["bold", "green"];
    case "conditional":
      return ["bold", "yellow"];
    case "breaking":
    case "destructive":
      return ["bold", "red"];
  }
}
