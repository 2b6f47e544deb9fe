import { createHash } from "node:crypto";
import { isSeq, parseDocument } from "yaml";
import type { Plan } from "../assessment/plan";
import { stackName } from "../gates/move";
import { withSettings, type SettingEdits } from "../updates/stackFile";

/** A change of release that is proposed. */
export interface Proposal {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** Tag of the target. */
  tag: string;
  /** Why, in the words of who proposes it. */
  reason: string;
  plan: Plan;
}

/**
 * The branch of a proposal: the same for the same stack and target, so that a second proposal finds the first.
 * @param stack project and stack, such as `shop/prod`
 */
export function proposedBranch(stack: string, tag: string): string {
  return ["knowngood", ...stack.split("/"), tag].map(branchPart).join("/");
}

/** The branches of all proposals of a stack, whatever its project, as a pattern of the shell. */
export function proposedBranches(stack: string): string {
  return `knowngood/*/${branchPart(stackName({ stack }))}/*`;
}

/** Unlike any other text's, also where not all of it can be in a branch's name. */
function branchPart(text: string): string {
  const part = text
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/^\.|\.$|\.lock$/g, "-");
  return part === text ? part : `${part}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

/** In a line: `Roll back shop/prod: v2 → v1`. */
export function proposalTitle({ stack, tag, plan: { direction, from } }: Proposal): string {
  switch (direction) {
    case "rollback":
      return `Roll back ${stack}: ${from === undefined ? "" : `${from} → `}${tag}`;
    case "forward":
      return `Deploy to ${stack}: ${from === undefined ? "" : `${from} → `}${tag}`;
    case "same":
      return `Set ${stack} to ${tag}`;
    default:
      return direction satisfies never;
  }
}

/** What a proposal says of the release: another `imageTag`, and quarantined what a rollback leaves, with the reason. */
export type Change = Pick<Proposal, "tag" | "reason" | "plan">;

/**
 * The text of a stack file as it is proposed, with the reason for the record. A step-down that was left there for another
 * change is taken out.
 * An acknowledgement is never written: it is a reviewer's word.
 * @param file its name, for errors
 * @throws InvalidInput where the text is no stack file
 */
export function proposedText(text: string, project: string, change: Change, file: string): string {
  const own = { ...editsOf(text, project, change), ...takenFrom(text, project, change.tag) };
  return withSettings(text, project, { ...own, "record.reason": change.reason }, file);
}

/** What is taken out of a stack file: a step-down, but where the file names the target already, since it is for that. */
export function takenFrom(text: string, project: string, tag: string): SettingEdits {
  const now: unknown = parseDocument(text).getIn(["config", `${project}:imageTag`]);
  return now === tag ? {} : { stepDown: undefined };
}

/** Settings for one change alone that a stack file has, and that hold for the next one too. */
export function oneTimeSettings(text: string, project: string): string[] {
  const document = parseDocument(text);
  return ["breakGlass", "retry", "stepDown"]
    .map((name) => `${project}:${name}`)
    .filter((key) => document.hasIn(["config", key]));
}

/** Whether a stack file says already what is proposed, whatever else a reviewer has written into it. */
export function saysAlready(text: string, project: string, change: Change, file: string): boolean {
  return withSettings(text, project, editsOf(text, project, change), file) === text;
}

function editsOf(text: string, project: string, { tag, reason, plan }: Change): SettingEdits {
  const quarantine = withLeft(text, `${project}:quarantine`, plan.leaves, reason);
  return { imageTag: tag, ...(quarantine !== undefined && { quarantine }) };
}

/** The list with those that are not in it yet, comments and all; undefined where nothing is to be added. */
function withLeft(text: string, key: string, leaves: readonly string[], reason: string): unknown {
  const document = parseDocument(text);
  const list = document.getIn(["config", key], true);
  const known = isSeq(list) ? (list.toJS(document) as { tag?: unknown }[]) : [];
  const added = leaves.filter((tag) => !known.some((one) => one.tag === tag)).map((tag) => ({ tag, reason }));
  if (added.length === 0) return undefined;
  if (!isSeq(list)) return added;
  for (const one of added) list.add(document.createNode(one));
  return list;
}
