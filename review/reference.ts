/**
 * The reference of the review stack's settings, written from their schema: `node --require
 * ./toolchain/loadTypescript.cjs review/reference.ts` brings docs/review-settings.md up to date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { referenceOf } from "../settings/reference";
import { reviewStackSchema } from "./reviewStackSettings";

/** Where the reference lies. */
export const reviewReferenceFile = join(__dirname, "..", "docs", "review-settings.md");

const introduction = `# Settings of the review stack

<!-- Written by review/reference.ts from the schema; run \`node --require ./toolchain/loadTypescript.cjs review/reference.ts\` after changing it. -->

They stand in \`review/Pulumi.<stack>.yaml\`, under \`knowngood-review\`. [How a team sets it up](review-stack.md). None of
them is a secret: the token is read from \`GITHUB_TOKEN\`, and the workflows name GitHub's own secrets.
`;

/** The whole reference as Markdown. */
export function reviewReference(): string {
  return referenceOf(introduction, z.toJSONSchema(reviewStackSchema, { io: "input" }));
}

if (require.main === module) writeFileSync(reviewReferenceFile, reviewReference());
