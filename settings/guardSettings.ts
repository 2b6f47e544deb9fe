import { z } from "zod";
import { digestPattern, expectations, tagPattern } from "../catalog/release";
import { verdicts } from "../schema/verdict";
import { choice, listOf, structure, text, truthValue } from "./values";

/** What an `up` is refused for. */
export const guards = structure(
  {
    schema: choice(verdicts)
      .default("conditional")
      .describe(
        "Gravest verdict that a release may meet in the schema without `acknowledge`; a graver one is refused until it is acknowledged.",
      ),
    horizon: truthValue
      .default(false)
      .describe(
        "Whether an `up` whose migrations close the way back to a known-good release is refused until it is acknowledged; otherwise it is warned about.",
      ),
  },
  "write the guards as a map, such as {schema: conditional}",
);

const whichRelease = "write which release, or which image, such as {tag: v2, reason: WHY}";

/** Releases and images that must not be deployed. */
export const quarantine = listOf(
  structure(
    {
      tag: z
        .string(expectations.tag)
        .regex(tagPattern, expectations.tag)
        .optional()
        .describe("Tag of the release that must not be deployed."),
      digest: z
        .string(expectations.digest)
        .regex(digestPattern, expectations.digest)
        .optional()
        .describe("Digest of an image; every release that has it must not be deployed. Instead of `tag`."),
      reason: text("write why it must not be deployed").describe("Why; shown with every refusal."),
    },
    whichRelease,
  ).refine(({ tag, digest }) => (tag === undefined) !== (digest === undefined), {
    error: "write one of tag and digest beside the reason",
  }),
  "write a list of releases, such as [{tag: v2, reason: WHY}]",
);

/** The release that is tried again. */
export const retry = structure(
  {
    tag: z.string(expectations.tag).regex(tagPattern, expectations.tag).describe("Tag of the release."),
    reason: text("write why it is tried again").describe("Why; kept in the state. Good for one try."),
  },
  'write which release and why: pulumi config set retry \'{"tag": "v2", "reason": "WHY"}\'',
);

/** Why nothing may be deployed. */
export const hold = text("write why nothing may be deployed: pulumi config set hold REASON");
