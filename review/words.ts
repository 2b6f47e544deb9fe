import type { Plan } from "../assessment/plan";
import { refusalTexts } from "../assessment/refusal";
import type { Redact } from "../gates/redaction";
import { clean, oneLine, shortened } from "../gates/shownText";
import { block, cell, code } from "../records/postmortem/markdown";
import { lossText } from "../schema/advice";
import { ruleTitle, verdictWords } from "../schema/reportLines";
import { isPast } from "../schema/verdict";

/** GitHub takes 65,536 characters of a body and 65,535 bytes of a check's summary: each part has its share of it. */
const longestPreview = 25_000;
const longestRefusals = 10_000;
const longestAnnouncement = 4_000;
const longestWarnings = 4_000;
const longestClosed = 2_000;
const longestName = 200;
/** What Pulumi prints while it is under way, and says nothing afterwards. */
const progress = /^@ |^ ~ .* refresh(?:ing)? *$|^ {4}pulumi:pulumi:Stack \S+ (?:running|refreshing)/;
/** Findings that are listed; the rest is counted. */
const mostFindings = 20;
/** Reasons of what is not confirmed that are listed. */
const mostReasons = 5;

/** The assessment for who reviews it, in Markdown: verdict, findings, step-down, images. What others wrote is code. */
export function assessmentWords(plan: Plan, redact: Redact): string[] {
  const report = plan.schema?.report;
  return [
    `**${verdict(plan)}**`,
    ...(report === undefined ? [] : unconfirmed(report, redact)),
    ...(report?.advice ?? []).map((line) => `- ${code(redact(line))}`),
    ...(report === undefined ? [] : findings(report, redact)),
    ...(report?.stepDown ? ["", stepDown(report.stepDown, redact)] : []),
    ...(report === undefined ? [] : ["", `Not judged: ${code(redact(report.notJudged))}.`]),
    "",
    "| Service | Runs | Is to run |",
    "| --- | --- | --- |",
    ...plan.services.map(
      ({ service, from, to }) =>
        `| ${cell(service)} | ${from === undefined ? "–" : cell(`${from.tag} ${from.digest}`)} | ${
          from?.digest === to.digest ? "stays" : cell(`${to.tag} ${to.digest}`)
        } |`,
    ),
    ...section("Warnings", plan.warnings, longestWarnings, redact),
    ...section("Ways back that it closes", report?.closed ?? [], longestClosed, redact),
    // With what has no part of its own here: migrations that are applied, a backup, flags, what break-glass goes without.
    ...section("In the words of the `up`", [plan.text], longestAnnouncement, redact),
  ];
}

/** Texts of somebody else's below a title; none where there are none. */
function section(title: string, texts: readonly string[], longest: number, redact: Redact): string[] {
  const text = clean(texts.join("\n"), redact).trim();
  return text === "" ? [] : ["", `**${title}**`, "", block(cut(text, longest))];
}

/** What is refused, and by which line a reviewer accepts what can be accepted. */
export function refusalWords(plan: Plan, project: string, file: string, redact: Redact): string[] {
  if (plan.refusals.length === 0) return [];
  return [
    "### Refused, as it is",
    block(cut(clean(refusalTexts(plan.refusals).join("\n"), redact), longestRefusals)),
    ...(isAcknowledgeable(plan) ? ["", ...acknowledgement(plan, project, file)] : []),
  ];
}

/** Whether a reviewer's acknowledgement answers something that is refused. */
export function isAcknowledgeable({ refusals, fingerprint }: Plan): boolean {
  return refusals.some(({ answer }) => answer?.includes(`acknowledge ${fingerprint}`) === true);
}

function acknowledgement({ fingerprint, to }: Plan, project: string, file: string): string[] {
  return [
    `A reviewer who accepts it commits this line to ${code(file)} on this branch, or suggests it below ` +
      `${code(`${project}:imageTag: ${to}`)}. The tool never writes it:`,
    "```yaml",
    `  ${project}:acknowledge: "${fingerprint}"`,
    "```",
  ];
}

/** What `pulumi preview` printed, folded. */
export function previewWords(text: string, redact: Redact): string[] {
  const shown = clean(text, redact)
    .split("\n")
    .filter((line) => !progress.test(line))
    .join("\n")
    .trim();
  return ["<details><summary>The preview</summary>", "", block(cut(shown, longestPreview)), "", "</details>"];
}

/** The lines of a text, up to so many characters: what it ends with, such as the errors of a preview, counts no less. */
function cut(text: string, longest: number): string[] {
  if (text.length <= longest) return text.split("\n");
  const half = Math.floor(longest / 2);
  const left = `… (${text.length - 2 * half} characters are left out)`;
  return [...text.slice(0, half).split("\n"), left, ...text.slice(-half).split("\n")];
}

function verdict({ schema }: Plan): string {
  if (schema === undefined) return "No database: nothing in a schema stands in the way.";
  const { report, gap, allowed } = schema;
  if (report === undefined) return "The schema was not judged.";
  const policy = `\`guards.schema\` lets ${allowed} pass`;
  const ahead = gap.length === 0 ? "the schema is not ahead of it" : `the schema is ahead by ${gap.length}`;
  const past = isPast(report.verdict, allowed) ? `past the policy: ${policy} at most` : policy;
  return `Verdict: ${verdictWords(report)} (${ahead}; ${past})`;
}

type Report = NonNullable<NonNullable<Plan["schema"]>["report"]>;

/** The fingerprint binds what was found, not how sure that is: whoever accepts it has to see the doubt beside it. */
function unconfirmed(report: Report, redact: Redact): string[] {
  if (report.confirmed) return [];
  const { fingerprint, unconfirmed: reasons } = report;
  const rest = reasons.length - mostReasons;
  return [
    "",
    `**Not confirmed.** What is accepted by ${code(fingerprint)} is accepted unproved, since:`,
    ...reasons.slice(0, mostReasons).map((reason) => `- ${code(redact(oneLine(reason, 300)))}`),
    ...(rest > 0 ? [`- and ${rest} more reasons`] : []),
    "",
  ];
}

function findings({ findings: found }: Report, redact: Redact): string[] {
  if (found.length === 0) return [];
  const rest = found.length - mostFindings;
  return [
    "",
    "| Verdict | Object | What happened | Where |",
    "| --- | --- | --- | --- |",
    ...found
      .slice(0, mostFindings)
      .map(
        ({ verdict: grave, object, rule, migration, line }) =>
          `| ${grave} | ${cell(shortened(redact(object), longestName))} | ${cell(ruleTitle(rule))} | ${
            migration === undefined
              ? ""
              : cell(shortened(line === undefined ? migration : `${migration}:${line}`, longestName))
          } |`,
      ),
    ...(rest > 0 ? ["", `And ${rest} more.`] : []),
  ];
}

function stepDown(down: NonNullable<Report["stepDown"]>, redact: Redact): string {
  const loses = down.losses.length === 0 ? "" : `, loses ${code(redact(lossText(down)))}`;
  return `Step-down of ${code(`${down.version}_${down.name}`)}: ${down.verdict}${down.confirmed ? "" : ", not confirmed"}${loses}. ${code(redact(oneLine(down.reason, 500)))}`;
}
