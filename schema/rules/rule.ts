import type { Verdict } from "../verdict";

/** What a change of the schema, or of its rows, means for old code. */
export interface Rule {
  /** Kebab-case; findings carry it, and it never changes its meaning. */
  id: string;
  /** What it comes to unless something else in the same gap makes up for it. */
  verdict: Verdict;
  /** What happened, as a heading. */
  title: string;
  /** What to do about it, in a sentence or two. */
  remedy: string;
  /** The least SQL that shows it: `shipped` is what old code was written for, `ahead` what came after. */
  example: { shipped: string; ahead: string };
}
