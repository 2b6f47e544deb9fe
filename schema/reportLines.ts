import { lossText } from "./advice";
import type { Finding } from "./finding";
import type { Report, RunnerWord } from "./report";
import { ruleOf } from "./rules/rules";

/** Findings that are told before the rest is only counted. */
const told = 10;

/** Things that a step-down leaves otherwise than they were, told before the rest is only counted. */
const toldOfStays = 3;

export interface ReportLinesOptions {
  /** Where the whole report can be read, after "more: ", such as a file's name; undefined where nowhere. */
  more?: string;
  /** Styles the verdict's word. @default not at all */
  emphasise?: (text: string) => string;
  /** Told right below the verdict, a line each. @default nothing */
  first?: readonly string[];
}

/** A report short enough to be read at night: verdict and advice, the gravest findings, what was not judged. */
export function reportLines(
  report: Report,
  { more, emphasise = (text) => text, first = [] }: ReportLinesOptions = {},
): string[] {
  const { findings } = report;
  const shown = findings.slice(0, told);
  const rest = findings.length - shown.length;
  const where = more === undefined ? "" : `: ${more}`;
  const reasons = report.unconfirmed.slice(0, told);
  const otherReasons = report.unconfirmed.length - reasons.length;
  const below = [
    ...first,
    ...shown.map(findingLine),
    ...(rest > 0 ? [`and ${rest} more${where}`] : []),
    ...reasons.map((reason) => `not confirmed: ${reason}`),
    ...(otherReasons > 0 ? [`and ${otherReasons} more reasons${where}`] : []),
    ...(report.stepDown === null ? [] : stepDownLines(report.stepDown, report.action, where)),
    ...(report.runner === null || report.runner.starts === true
      ? []
      : [`runner: ${runnerText(report.runner)}`]),
    report.notJudged,
    ...(more !== undefined && rest <= 0 ? [`whole report: ${more}`] : []),
  ];
  const headline = `${emphasise(verdictWords(report))}. ${printable(report.advice[0] ?? "")}`;
  return [headline.trimEnd(), ...below.map((line) => `  ${printable(line)}`)];
}

/** Names of a schema can hold anything; a terminal is given no line breaks and no commands of theirs. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** `breaking`, or `compatible, not confirmed`. */
export function verdictWords({ verdict, confirmed }: Pick<Report, "verdict" | "confirmed">): string {
  return confirmed ? verdict : `${verdict}, not confirmed`;
}

/** `breaking  orders.amount is called total_cents now (20260320090000_rename:3)`. */
function findingLine(finding: Finding): string {
  const { verdict, object, migration, line } = finding;
  const fact = whatChanged(finding);
  const told = mentions(fact, object) ? fact : `${object}: ${fact}`;
  const place = migration === undefined ? "" : ` (${migration}${line === undefined ? "" : `:${line}`})`;
  return `${verdict.padEnd("destructive".length)}  ${told}${place}`;
}

/** Characters of what changed that stand in one line. */
const longestFact = 160;

/** The first half of a finding's reason: what changed, without what release code meets by it, which the verdict says in a word. */
function whatChanged({ reason, rule }: Pick<Finding, "reason" | "rule">): string {
  return firstHalf(reason) || ruleTitle(rule);
}

function firstHalf(sentence: string): string {
  // A name in double quotes can hold what divides the halves.
  const [half = ""] = /^(?:"(?:[^"]|"")*"|[^;]|;(?!\s))*/.exec(sentence) ?? [];
  const fact = half.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return fact.length <= longestFact ? fact : `${fact.slice(0, longestFact - 1)}…`;
}

/** Whether a sentence says what it is about: `orders` is not said by `orders_total`, nor by `billing.orders`. */
function mentions(sentence: string, object: string): boolean {
  const literal = object.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w$."])${literal}(?![\\w$"]|\\.[\\w"])`, "u").test(sentence);
}

/** The rule's own words; its id where a report names a rule of another version. */
export function ruleTitle(id: string): string {
  try {
    return ruleOf(id).title;
  } catch {
    return id;
  }
}

/** What the target's own runner does, and the setting that makes it start. */
export function runnerText({ words, setting }: RunnerWord): string {
  return setting === undefined ? words : `${words} To avoid it: ${setting}.`;
}

function stepDownLines(
  stepDown: NonNullable<Report["stepDown"]>,
  action: Report["action"],
  where: string,
): string[] {
  // An `up` that takes it back warns of what stays itself.
  const stays = action === "step down" ? [] : stepDown.stays;
  const rest = stays.length - toldOfStays;
  return [
    `step-down: ${stepDownText(stepDown)}`,
    ...stays
      .slice(0, toldOfStays)
      .map((left) => `  not as before after it: ${firstHalf(withoutObject(left))}`),
    ...(rest > 0 ? [`  and ${rest} more${where}`] : []),
  ];
}

/** What begins with an object's name and a colon, without these where the sentence names it. */
function withoutObject(told: string): string {
  const [, object = "", sentence = ""] = /^(.+?): (.+)$/s.exec(told) ?? [];
  return object !== "" && mentions(sentence, object) ? sentence : told;
}

/** What a step-down would come to, in a sentence. */
export function stepDownText(stepDown: NonNullable<Report["stepDown"]>): string {
  const lost = stepDown.losses.length === 0 ? "" : `, loses ${lossText(stepDown)}`;
  return `${stepDown.verdict}${stepDown.confirmed ? "" : ", not confirmed"}${lost}. ${stepDown.reason}`;
}
