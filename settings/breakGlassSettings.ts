import { z } from "zod";
import { breakable, firmGuards } from "./guardNames";
import { listOf, structure, text } from "./values";

const words = `write one of ${breakable.join(", ")}`;

/** Why a name that a person may well write is not among those that can be broken. */
const firm: Readonly<Record<string, string>> = {
  health: "the health gate is always asked: without it nobody knows that the release runs at all",
  stepDown:
    "a step-down is never taken unseen: what it loses is acknowledged, and one that can't be done isn't",
  ...Object.fromEntries(
    [...firmGuards, "target", "imageTag"]
      .filter((name) => name !== "stepDown")
      .map((name) => [name, "there is nothing to go on with where the release can't be run"]),
  ),
};

const guard = z.enum(breakable, {
  error: ({ input }) => {
    const why = typeof input === "string" && Object.hasOwn(firm, input) ? firm[input] : undefined;
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
        "Until when it is good, ISO 8601 with `Z` or an offset. Afterwards it does nothing, and is warned of.",
      ),
  },
  'write why, what and until when: pulumi config set breakGlass \'{"reason": "WHY", "guards": ["ci"], "until": "2026-03-01T18:00:00Z"}\'',
);
