import { z } from "zod";
import { digestPattern } from "../catalog/build";
import { expectations, tagPattern } from "../catalog/release";
import { verdicts } from "../schema/verdict";
import { disk } from "./diskSettings";
import { githubApi, githubRepository } from "./githubSettings";
import { choice, listOf, secretName, structure, text, truthValue, wholeNumber } from "./values";

const ci = structure(
  {
    repository: githubRepository
      .optional()
      .describe(
        "Repository on GitHub, `OWNER/NAME`, that is asked for the check runs and statuses of the release's commit where the catalog does not say that CI passed. Without it only the catalog is asked.",
      ),
    api: githubApi,
    token: secretName
      .optional()
      .describe("Name of the secret setting that holds a token that may read the repository's checks."),
    names: listOf(text("write the name of a check"), "write a list of checks' names, such as [build, test]")
      .default([])
      .describe(
        "Checks that must have passed; by default all that there are. Name them where a GitHub workflow deploys: its own job is a check of the commit too, pending while it deploys.",
      ),
    unknown: choice(["warn", "refuse"])
      .default("warn")
      .describe("What is done on the way forward where nobody could say whether CI passed."),
  },
  "write what is asked of CI as a map, such as {repository: acme/shop}",
);

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
    wayBack: wholeNumber(0, 20)
      .default(3)
      .describe(
        "How many of the last known-good releases are to have their images on the host and in the registry; a preview tells what is missing. 0 asks for none.",
      ),
    disk: disk
      .prefault({})
      .describe("How full the disks of the Docker host and of the database's host may be."),
    ci: ci
      .prefault({})
      .describe(
        "What CI said of the target's commit: what did not pass, or has not ended, is refused on the way forward.",
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
    reason: text("write why it is tried again").describe(
      "Why. For a quarantined release it is kept in the state, and good for one try.",
    ),
  },
  'write which release and why: pulumi config set retry \'{"tag": "v2", "reason": "WHY"}\'',
);

/** Why nothing may be deployed. */
export const hold = text("write why nothing may be deployed: pulumi config set hold REASON");
