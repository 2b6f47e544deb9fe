import { createHash } from "node:crypto";
import type { Finding } from "./finding";
import type { Gap } from "./gap";
import type { Loss } from "./stepDown/stepDown";
import { isPast } from "./verdict";

/** What would run. */
export interface ReviewedTarget {
  /** Undefined where only SQL was named. */
  tag: string | undefined;
  /** What each service runs, as `buildsByService` has it; in any order. */
  images: readonly string[];
}

/** One migration of a gap, by content. */
export interface ReviewedMigration {
  name: string;
  /** Of its SQL, 64 hexadecimal digits; undefined where that could not be had. */
  sha256: string | undefined;
}

/** `rollback`, the step-down of one version, or going `forward` past where releases could come back to. */
export type ReviewedAction = "rollback" | "forward" | `step-down ${string}`;

/** What a person reviews and an acknowledgement is bound to. */
export interface Reviewed {
  target: ReviewedTarget;
  /** In the order of application. */
  gap: readonly ReviewedMigration[];
  action: ReviewedAction;
  findings: readonly Pick<Finding, "verdict" | "object">[];
  losses: readonly Pick<Loss, "object">[];
}

/** A gap by content, as it is reviewed: what was applied in order, then what could not be read. */
export function reviewedGap({ ahead, unread = [] }: Gap): ReviewedMigration[] {
  return [
    ...ahead.map(({ name, sql }) => ({ name, sha256: createHash("sha256").update(sql).digest("hex") })),
    ...unread.map(({ name }) => ({ name, sha256: undefined })),
  ];
}

/**
 * Identity of what was reviewed: 12 hexadecimal digits. Counts of lost rows, words, and the order of findings do not
 * change it; the target, the gap, the action, and what old code loses do.
 */
export function fingerprint({ target, gap, action, findings, losses }: Reviewed): string {
  const content = {
    tag: target.tag ?? null,
    images: distinct(target.images),
    gap: gap.map(({ name, sha256 }) => [name, sha256 ?? null]),
    action,
    affected: distinct(
      findings.filter(({ verdict }) => isPast(verdict, "conditional")).map(({ object }) => object),
    ),
    lost: distinct(losses.map(({ object }) => object)),
  };
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
