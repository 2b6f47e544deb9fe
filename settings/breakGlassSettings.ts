import { z } from "zod";
import { breakable, type FirmGuard } from "./guardNames";
import { listOf, structure, text } from "./values";

/** Days that a break-glass can be good for: one that is forgotten must not stay for good. */
export const longestGlassDays = 7;

const words = `write one of ${breakable.join(", ")}`;

const unknown = "there is nothing to go on with where the catalog does not have the release";

/** Why a name that a person may well write is not among those that can be broken. */
const firm = {
  health: "the health gate is always asked: without it nobody knows that the release runs at all",
  stepDown:
    "a step-down is never taken unseen: what it loses is acknowledged, and one that can't be done isn't",
  catalog: "what a release is stands in its file of the catalog alone: mend the file, as the refusal says",
  target: unknown,
  imageTag: unknown,
  image: "there is nothing to run where an image is nowhere to be had",
  engine: "nothing can be run while the Docker engine does not answer",
  takenName:
    "no container or network can be made under a name that another one has: the refusal names it, to be renamed or removed",
  migrationTool:
    "an up runs only dbmate's migrations: apply the others with their own tool, as the refusal says, and go on",
} satisfies Record<FirmGuard, string> & Record<string, string>;

const guard = z.enum(breakable, {
  error: ({ input }) => {
    const why =
      typeof input === "string" && Object.hasOwn(firm, input) ? firm[input as keyof typeof firm] : undefined;
    return why === undefined ? words : `${why}; ${words}`;
  },
});

const timeError = {
  error:
    'write until when it is good, in quotes, such as "2026-03-01T18:00:00Z" or "2026-03-01T19:00:00+01:00"',
};

/** What an `up` goes on without, and why. */
export const breakGlass = structure(
  {
    reason: text("write why it goes on without them").describe(
      "Why. It stands in the preview, in the record and in the state.",
    ),
    guards: listOf(guard, "write a list of what it goes on without, such as [ci, commands]")
      .min(1, { error: "write what it goes on without, such as [ci, commands]" })
      .describe(
        "What it goes on without: guards, and the gates `commands`, `errorRate` and `hooks`, which are not run then. `backup` counts only beside `acknowledge`. The health gate is always asked.",
      ),
    until: z.iso
      .datetime({ offset: true, ...timeError })
      .describe(
        `Until when it is good, ISO 8601 with \`Z\` or an offset, ${longestGlassDays} days ahead at most. Afterwards it does nothing, and is warned of; so is one that is further ahead.`,
      ),
  },
  'write why, what and until when: pulumi config set breakGlass \'{"reason": "WHY", "guards": ["ci"], "until": "2026-03-01T18:00:00Z"}\'',
);
