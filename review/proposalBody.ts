import type { Redact } from "../gates/redaction";
import { block, code } from "../records/postmortem/markdown";
import { checkName, reviewedText } from "./reviewedCheck";
import { assessmentWords, isAcknowledgeable, previewWords, refusalWords } from "./words";
import type { Proposal } from "./proposal";

export interface BodyFacts extends Proposal {
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** The stack file's path in the repository. */
  file: string;
  /** What `pulumi preview` printed. */
  preview: string;
  /** Takes secrets out of what is shown. */
  redact: Redact;
}

/** The body of a proposal: all that a reviewer has to see. */
export function proposalBody(facts: BodyFacts): string {
  const { stack, tag, reason, plan, project, file, redact, preview } = facts;
  return [
    `<!-- knowngood ${reviewedText({ stack, tag, fingerprint: plan.fingerprint }).replaceAll("--", "\\u002d-")} -->`,
    "### Why",
    block(redact(reason).split("\n")),
    "",
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
