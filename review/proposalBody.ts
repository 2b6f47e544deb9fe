import type { Redact } from "../gates/redaction";
import { shortened } from "../gates/shownText";
import { block, code } from "../records/postmortem/markdown";
import type { BranchCommit } from "./branches";
import { checklist } from "./checklist";
import { checkName } from "./reviewedCheck";
import { assessmentWords, previewWords, refusalWords } from "./words";
import type { Proposal } from "./proposal";

/** Commits of others that are listed; the rest is counted. */
const mostOthers = 20;

export interface BodyFacts extends Proposal {
  /** The project's name, which is the namespace of its settings. */
  project: string;
  /** The stack file's path in the repository. */
  file: string;
  /** The branch that is deployed from. */
  branch: string;
  /** The newest commit of the proposal's own branch. */
  commit: string;
  /** What `pulumi preview` printed. */
  preview: string;
  /** Takes secrets out of what is shown. */
  redact: Redact;
  /** Commits that others have put on its branch, oldest first. */
  others: readonly BranchCommit[];
  /** Settings for one change alone that the stack file has still. */
  oneTime: readonly string[];
  /** What the branch that is deployed from has not, or otherwise than what was previewed. */
  unlike: readonly string[];
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
    ...unlikeWords(facts),
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

function unlikeWords({ unlike, branch, redact }: BodyFacts): string[] {
  if (unlike.length === 0) return [];
  return [`### Not as it is on ${code(branch)}`, ...unlike.map((line) => `- ${code(redact(line))}`), ""];
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
