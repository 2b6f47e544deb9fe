import type { Redact } from "../gates/redaction";
import { shortened } from "../gates/shownText";
import { block, code } from "../records/postmortem/markdown";
import type { BranchCommit } from "./branches";
import { checkName } from "./reviewedCheck";
import { assessmentWords, isAcknowledgeable, previewWords, refusalWords } from "./words";
import type { Proposal } from "./proposal";

/** Commits of others that are listed; the rest is counted. */
const mostOthers = 20;

export interface BodyFacts extends Proposal {
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** The stack file's path in the repository. */
  file: string;
  /** What `pulumi preview` printed. */
  preview: string;
  /** Takes secrets out of what is shown. */
  redact: Redact;
  /** Commits that others have put on its branch, oldest first. */
  others: readonly BranchCommit[];
  /** Settings for one change alone that the stack file has still. */
  oneTime: readonly string[];
}

/** The body of a proposal: all that a reviewer has to see. */
export function proposalBody(facts: BodyFacts): string {
  const { stack, reason, plan, project, file, redact, preview } = facts;
  return [
    "### Why",
    block(redact(reason).split("\n")),
    "",
    ...othersWords(facts),
    ...oneTimeWords(facts),
    "### What it means",
    ...assessmentWords(plan, redact),
    "",
    ...refusalWords(plan, project, file, redact),
    "",
    "### Before it is merged",
    ...checklist(facts),
    "",
    `Fingerprint: ${code(plan.fingerprint)}. The check ${code(checkName(stack))} looks anew at each commit; what it has ` +
      "seen is what the deployment after the merge is held to.",
    "",
    ...previewWords(preview, redact),
    "",
  ].join("\n");
}

function oneTimeWords({ oneTime, file }: BodyFacts): string[] {
  if (oneTime.length === 0) return [];
  return [
    "### Still in the stack file",
    `${code(file)} has ${oneTime.map(code).join(", ")}, which holds for this change too.`,
    "",
  ];
}

function othersWords({ others, file, redact }: BodyFacts): string[] {
  if (others.length === 0) return [];
  return [
    `### Commits by others on this branch`,
    `They change ${code(file)} too, and are merged with it:`,
    ...others
      .slice(0, mostOthers)
      .map(({ sha, title }) => `- ${code(sha.slice(0, 12))} ${code(shortened(redact(title), 100))}`),
    ...(others.length > mostOthers ? [`- and ${others.length - mostOthers} more`] : []),
    "",
  ];
}

function checklist({ stack, plan }: BodyFacts): string[] {
  const { direction, schema, from, warnings } = plan;
  const report = schema?.report;
  return [
    ...(direction === "rollback" && from !== undefined
      ? [`Going back mends it: the fault came with ${code(from)}, and is not data that stays as it is`]
      : []),
    ...(report !== undefined && report.gap.length > 0
      ? ["The findings were read, also by somebody who knows the older code"]
      : []),
    ...(isAcknowledgeable(plan)
      ? ["What is refused is accepted by a reviewer's own line, or answered otherwise"]
      : []),
    ...(warnings.length > 0 ? ["The warnings in the preview were read"] : []),
    `The check ${code(checkName(stack))} has passed on the newest commit`,
    "Who looks at the stack after the merge is named",
  ].map((item) => `- [ ] ${item}`);
}
