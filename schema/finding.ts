import type { Verdict } from "./verdict";

/** The two engines: `static` reads statements, `scratch` runs them. */
export type Engine = "static" | "scratch";

/** One thing that old code would meet. */
export interface Finding {
  /** Identity of the rule, as `docs/schema-rules.md` lists it. */
  rule: string;
  verdict: Verdict;
  /** What it is about, as SQL names it and without the schema `public`: `orders.note`, `billing.invoice`, `next_id(integer)`. */
  object: string;
  /** The migration, or file, that does it; undefined where no statement could be named. */
  migration?: string;
  /** Line in that file, from 1. */
  line?: number;
  /** The statement on one line, at most 200 characters. */
  statement?: string;
  engine: Engine;
  /** What old code meets, in a sentence. */
  reason: string;
  /** What to do about it, in a sentence. */
  remedy: string;
}

/** What a gap means. */
export interface Judgement {
  verdict: Verdict;
  /** Whether the net effect was seen on a scratch database, and nothing was left unread. */
  confirmed: boolean;
  /** Why it is not confirmed; empty where it is. */
  unconfirmed: readonly string[];
  /** Gravest first; of the same verdict in the order of the statements. */
  findings: readonly Finding[];
}
