import { createHash } from "node:crypto";
import type { Plan } from "../assessment/plan";
import { code } from "../records/postmortem/markdown";
import { checkName } from "./reviewedCheck";
import { isAcknowledgeable } from "./words";

export interface Checked {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  plan: Plan;
  /** The newest commit of the proposal's own branch. */
  commit: string;
}

/** What a reviewer ticks, and what that was said of: where this is another, so is the item. */
type Item = readonly [text: string, of: unknown];

/** The items in Markdown, none of them ticked. */
export function checklist({ stack, plan, commit }: Checked): string[] {
  const { direction, schema, from, warnings, fingerprint } = plan;
  const report = schema?.report;
  const items: Item[] = [
    ...(direction === "rollback" && from !== undefined
      ? [
          [
            `Going back mends it: the fault came with ${code(from)}, and is not data that stays as it is`,
            from,
          ] as const,
        ]
      : []),
    ...(report !== undefined && report.gap.length > 0
      ? [["The findings were read, also by somebody who knows the older code", fingerprint] as const]
      : []),
    ...(isAcknowledgeable(plan)
      ? [
          [
            "What is refused is accepted by a reviewer's own line, or answered otherwise",
            fingerprint,
          ] as const,
        ]
      : []),
    ...(warnings.length > 0 ? [["The warnings in the preview were read", warnings] as const] : []),
    [`The check ${code(checkName(stack))} has passed on the newest commit`, commit],
    ["Who looks at the stack after the merge is named", undefined],
  ];
  return items.map(([text, of]) => `- [ ] ${text} ${mark(of)}`);
}

/** GitHub does not show it, and keeps it where somebody ticks the item. */
function mark(of: unknown): string {
  const digest = createHash("sha256")
    .update(JSON.stringify(of ?? null))
    .digest("hex");
  return `<!-- ${digest.slice(0, 12)} -->`;
}

/** A body with the ticks that items of an older one have, where these are the same, and are said of the same. */
export function withTicks(body: string, before: string | undefined): string {
  const ticked = new Set(
    (before ?? "").split(/\r?\n/).flatMap((line) => /^- \[[xX]\] (.*?)\s*$/.exec(line)?.[1] ?? []),
  );
  return body.replace(/^- \[ \] (.*)$/gm, (line, item: string) =>
    ticked.has(item) ? `- [x] ${item}` : line,
  );
}
