import { z } from "zod";
import { verdicts } from "../../schema/verdict";
import type { Ended } from "./commandLine";

const finding = z.strictObject({
  rule: z.string(),
  verdict: z.enum(verdicts),
  object: z.string(),
  migration: z.string().optional(),
  line: z.number().int().positive().optional(),
  statement: z.string().max(200).optional(),
  engine: z.enum(["static", "scratch"]),
  reason: z.string().min(1),
  remedy: z.string().min(1),
});

/** What the command prints as JSON, no more and no less. */
export const reportShape = z.strictObject({
  verdict: z.enum(verdicts),
  confirmed: z.boolean(),
  action: z.enum(["roll back", "roll forward", "step down", "restore"]),
  advice: z.array(z.string()).min(1),
  findings: z.array(finding),
  stepDown: z
    .looseObject({ verdict: z.string(), losses: z.array(z.looseObject({ object: z.string() })) })
    .nullable(),
  runner: z
    .strictObject({
      tool: z.string(),
      starts: z.union([z.boolean(), z.literal("depends")]),
      words: z.string(),
      setting: z.string().optional(),
    })
    .nullable(),
  fingerprint: z.string().regex(/^[0-9a-f]{12}$/),
  unconfirmed: z.array(z.string()),
  server: z.string().nullable(),
  notes: z.array(z.string()),
  notJudged: z.string(),
  target: z.strictObject({ tag: z.string().nullable(), images: z.array(z.string()) }),
  gap: z.array(z.strictObject({ name: z.string(), sha256: z.string().nullable() })),
});

export const reportIn = ({ stdout }: Pick<Ended, "stdout">) => reportShape.parse(JSON.parse(stdout));
