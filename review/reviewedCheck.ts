import { z } from "zod";
import type { AssessmentReport } from "../assessment/schemaRisk";
import { stackName } from "../gates/move";
import { verdicts } from "../schema/verdict";

/** What a pull request was reviewed as. It lies in the check of its head, which only apps can write. */
export interface Reviewed {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** Tag of the target. */
  tag: string;
  /** Of the assessment. */
  fingerprint: string;
}

const reviewed = z.object({
  stack: z.string(),
  tag: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{12}$/),
});

/** As much of a report as it takes to say later what has changed; no SQL is in it. */
const reportPart = z.object({
  verdict: z.enum(verdicts),
  action: z.string(),
  target: z.object({ tag: z.string().nullable(), images: z.array(z.string()) }),
  gap: z.array(z.object({ name: z.string(), sha256: z.string().nullable() })),
  findings: z.array(z.object({ verdict: z.enum(verdicts), object: z.string(), rule: z.string() })),
  stepDown: z.object({ losses: z.array(z.object({ object: z.string() })) }).nullable(),
  closed: z.array(z.string()),
});

/** GitHub takes 65,535 bytes of a check's text. */
const longestText = 60_000;

/** The name of a stack's check, which a branch's protection requires. */
export function checkName(stack: string): string {
  return `knowngood/${stackName({ stack })}`;
}

/** For the check's `external_id`. */
export function reviewedText({ stack, tag, fingerprint }: Reviewed): string {
  return JSON.stringify({ stack, tag, fingerprint });
}

/** @returns undefined for what is none */
export function reviewedIn(text: string | null | undefined): Reviewed | undefined {
  return reviewed.safeParse(parsed(text ?? "")).data;
}

/** The report as a block of a check's text; undefined where it is too long for one. */
export function reportBlock(report: AssessmentReport): string | undefined {
  const text = ["```json", JSON.stringify(reportPart.parse(report)), "```"].join("\n");
  return Buffer.byteLength(text) > longestText ? undefined : text;
}

/** The JSON of the report in a check's text; undefined where none can be read. */
export function reportIn(text: string | null | undefined): string | undefined {
  const [, json = ""] = /^```json\n(.*)\n```$/m.exec(text ?? "") ?? [];
  const found = reportPart.safeParse(parsed(json));
  return found.success ? JSON.stringify(found.data) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
