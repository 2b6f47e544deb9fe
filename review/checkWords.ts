import type { Redact } from "../gates/redaction";
import { code } from "../records/postmortem/markdown";
import { verdictWords } from "../schema/reportLines";
import type { Previewed } from "../updates/preview";
import type { CheckWords } from "./checks";
import { reportBlock } from "./reviewedCheck";
import { assessmentWords, previewWords, refusalWords } from "./words";

export interface CheckFacts {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** The stack file's path in the repository. */
  file: string;
  /** The commit that was looked at. */
  head: string;
  preview: Previewed;
  passed: boolean;
  /** Fingerprints of what was seen of the same commit before, where that was something else. */
  before: readonly string[];
  redact: Redact;
}

/** What the one comment of a stack begins with. */
export function commentMark(stack: string): string {
  return `<!-- knowngood review ${stack.replace(/[^\w./-]/g, "-").replaceAll("--", "-")} -->`;
}

/** In a line: what it would do, and whether that may be. */
export function checkTitle({ stack, preview: { plan, changes }, passed, before }: CheckFacts): string {
  if (plan === undefined) return `${stack}: no assessment`;
  const { settled, direction, from, to, schema, refusals } = plan;
  const verdict = schema?.report === undefined ? "" : `, ${verdictWords(schema.report)}`;
  const move = settled
    ? `${to} stays${changes ? ", other things change" : ""}`
    : `${direction === "same" ? to : `${direction} ${from === undefined ? "" : `from ${from} `}to ${to}`}${verdict}`;
  const guards = [...new Set(refusals.map(({ guard }) => guard))].join(", ");
  const why =
    guards !== ""
      ? `refused by ${guards}`
      : before.length > 0
        ? "not what was seen of this commit before"
        : "the preview failed";
  return `${stack}: ${move}${passed ? "" : `; ${why}`}`;
}

/** What was approved of a commit may be what was seen of it first: a new commit is approved anew. */
export function beforeWords(before: readonly string[]): string[] {
  if (before.length === 0) return [];
  return [
    `This commit was seen as ${before.map(code).join(", ")} before, and comes to something else by now: what was approved is ` +
      "no more. To have it approved as it is, add a commit: `git commit --allow-empty --message 'Look anew' && git push`",
    "",
  ];
}

/** The comment: what a reviewer has to see. */
export function commentWords(facts: CheckFacts): string {
  const { stack, project, file, head, preview, passed, before, redact } = facts;
  const { plan } = preview;
  return [
    commentMark(stack),
    `### ${passed ? "✅" : "❌"} ${code(checkTitle(facts))}`,
    ...beforeWords(before),
    ...(plan === undefined ? ["The program did not come to an assessment."] : assessmentWords(plan, redact)),
    "",
    ...(plan === undefined ? [] : refusalWords(plan, project, file, redact)),
    "",
    plan === undefined
      ? `Of the commit ${code(head)}.`
      : `Fingerprint: ${code(plan.fingerprint)}, of the commit ${code(head)}. The deployment after the merge is held to ` +
        "what the check of this commit holds, not to this comment.",
    "",
    ...previewWords(preview.text, redact),
    "",
  ].join("\n");
}

/** The check, with as much of the report as it takes to say later what has changed. */
export function checkWords(facts: CheckFacts): CheckWords {
  const { plan } = facts.preview;
  const report = plan?.schema?.report;
  const block = report === undefined ? undefined : reportBlock(report);
  return {
    title: checkTitle(facts),
    summary:
      plan === undefined
        ? "The program did not come to an assessment; the job's log says why."
        : [
            ...beforeWords(facts.before),
            ...assessmentWords(plan, facts.redact),
            "",
            ...refusalWords(plan, facts.project, facts.file, facts.redact),
          ].join("\n"),
    text:
      block === undefined
        ? undefined
        : ["What a deployment of this is held to:", "", facts.redact(block)].join("\n"),
  };
}
