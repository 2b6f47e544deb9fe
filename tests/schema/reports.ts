import type { Finding } from "../../schema/finding";
import { makeReport, type ReportParts } from "../../schema/report";

export const renamed: Finding = {
  rule: "column-renamed",
  verdict: "breaking",
  object: "orders.amount",
  migration: "20260320_rename",
  line: 3,
  statement: "ALTER TABLE orders RENAME amount TO total",
  engine: "scratch",
  reason:
    "orders.amount is called orders.total now; release code that selects or writes amount gets an error.",
  remedy: "Rename it back.",
};

/** A report of one breaking finding, with what a test wants otherwise. */
export function reportWith(changes: Partial<ReportParts> = {}) {
  return makeReport({
    judgement: {
      verdict: "breaking",
      confirmed: true,
      unconfirmed: [],
      findings: [renamed],
      server: "PGlite (PostgreSQL 18.6)",
      notes: [],
    },
    target: { tag: "v1", images: ["web=acme/web@sha256:b", "api=acme/api@sha256:a"] },
    gap: [{ name: "20260320_rename", sha256: "aa" }],
    flags: [],
    stepDown: undefined,
    stepping: false,
    runner: undefined,
    notJudged: "schema only; data written since 14:02 not judged",
    ...changes,
  });
}

export const judgementOf = (changes: Partial<ReportParts["judgement"]>): Partial<ReportParts> => ({
  judgement: {
    verdict: "breaking",
    confirmed: true,
    unconfirmed: [],
    findings: [renamed],
    notes: [],
    ...changes,
  },
});
