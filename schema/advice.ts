import { migrationLabel } from "../catalog/release";
import type { StepDown } from "./stepDown/stepDown";
import type { Verdict } from "./verdict";

/** What to do, in a word. */
export type Action = "roll back" | "roll forward" | "step down" | "restore";

/** What advice rests on. */
export interface Situation {
  verdict: Verdict;
  confirmed: boolean;
  /** How many migrations the schema is ahead by. */
  gapLength: number;
  /** Feature flags that the bad release turned on and the target does not have. */
  flags: readonly string[];
  /** What the way down of the newest migration would do; undefined where nobody looked. */
  stepDown: StepDown | undefined;
  /** Whether code is rolled back at all; another release can meet a schema that is ahead, too. @default true */
  rollingBack?: boolean;
  /** Whether the step-down was asked for, and the code follows it. @default false */
  stepping?: boolean;
}

export interface Advice {
  action: Action;
  /** Sentences in the order in which to consider them; the first carries the action. */
  lines: readonly string[];
}

interface Choice {
  action: Action;
  headline: string;
}

/** What to do about a release that went bad, as the runbooks order it. */
export function advise(situation: Situation): Advice {
  if (situation.rollingBack === false && situation.stepping !== true) return meeting(situation);
  const { action, headline } = situation.stepping === true ? steppingDown(situation) : choose(situation);
  const lines = [
    withFlags(headline, situation.flags),
    ...alternatives(situation, action),
    ...damage(situation),
  ];
  return { action, lines };
}

/** What a release meets that nothing is rolled back to: one that goes on, stays, or goes forward. */
function meeting(situation: Situation): Advice {
  const { verdict, confirmed, gapLength } = situation;
  const { action } = choose(situation);
  const seen = confirmed ? "" : " It is not confirmed: look at what was not judged first.";
  switch (verdict) {
    case "compatible":
      return {
        action,
        lines: [
          gapLength === 0
            ? "The schema is the one that this release was written for."
            : `The schema can stay as it is.${seen}`,
        ],
      };
    case "conditional":
      return {
        action,
        lines: [
          `The schema can stay as it is: ordinary statements still work, the findings say which others may not.${seen}`,
        ],
      };
    case "breaking":
      return {
        action,
        lines: [
          "Take a release that was written for this schema, or a hotfix: on it this one fails at ordinary statements.",
        ],
      };
    case "destructive":
      return {
        action,
        lines: ["Decide on restoring the data first: what this release reads is gone or changed."],
      };
  }
}

function withFlags(headline: string, flags: readonly string[]): string {
  if (flags.length === 0) return headline;
  const named = flags.length === 1 ? `the flag ${flags[0]}` : `one of the flags ${flags.join(", ")}`;
  return `If the fault is behind ${named}, turn it off. Otherwise ${headline[0]?.toLowerCase()}${headline.slice(1)}`;
}

function choose({ verdict, confirmed, gapLength }: Situation): Choice {
  const seen = confirmed ? "" : " It is not confirmed: look at what was not judged first.";
  switch (verdict) {
    case "compatible":
      return gapLength === 0
        ? {
            action: "roll back",
            headline: "Roll back: the schema is the one that this release was written for.",
          }
        : { action: "roll back", headline: `Roll back the code and leave the schema as it is.${seen}` };
    case "conditional":
      return {
        action: "roll back",
        headline: `Roll back the code and leave the schema as it is: ordinary statements still work, the findings say which others may not.${seen}`,
      };
    case "breaking":
      return {
        action: "roll forward",
        headline: "Roll forward with a hotfix: on this schema the older code fails at ordinary statements.",
      };
    case "destructive":
      return {
        action: "restore",
        headline:
          "Decide on restoring the data before any other deploy: what the older code reads is gone or changed.",
      };
  }
}

function steppingDown({ stepDown, gapLength }: Situation): Choice {
  const which = stepDown === undefined ? "one migration" : migrationLabel(stepDown);
  const more = gapLength > 1 ? `; ${gapLength - 1} more of the gap stay applied` : "";
  return { action: "step down", headline: `Step down ${which}, then roll back the code${more}.` };
}

function alternatives(situation: Situation, action: Action): string[] {
  const { stepDown, gapLength } = situation;
  switch (action) {
    case "roll back":
      return gapLength === 0
        ? ["When unsure, roll back too: bad releases compound."]
        : [
            "When unsure, roll back too: bad releases compound. " +
              "Only what is fixed in under 30 minutes is quicker fixed forward.",
          ];
    case "roll forward":
    case "restore":
      return [
        ...(action === "restore"
          ? ["If nobody needs that data, roll forward with a hotfix instead of rolling back."]
          : []),
        ...lastResort(stepDown, gapLength, action),
      ];
    case "step down":
      return stepDown?.verdict === "lossy"
        ? [`It loses ${lossText(stepDown)}: take a fresh backup first.`]
        : [];
  }
}

function lastResort(stepDown: StepDown | undefined, gapLength: number, action: Action): string[] {
  if (stepDown === undefined) return [];
  const way = `step down ${migrationLabel(stepDown)}`;
  const chain = gapLength > 1 ? ` It is the newest of ${gapLength}: look at each before the next.` : "";
  const limit = action === "restore" ? " It brings no data back." : "";
  switch (stepDown.verdict) {
    case "lossless":
      return [`Last resort: ${way}, which loses nothing, then roll back.${limit}${chain}`];
    case "lossy":
      return [
        `Last resort: take a fresh backup, ${way}, then roll back. It loses ${lossText(stepDown)}.${limit}${chain}`,
      ];
    case "irreversible":
    case "missing":
      return [`There is no step-down: ${migrationLabel(stepDown)} has no way down that undoes it.`];
  }
}

function damage({ gapLength, verdict }: Situation): string[] {
  if (gapLength === 0) return [];
  return [
    verdict === "destructive"
      ? "A migration itself did damage: rolling back the code alone does not undo it."
      : "Where a migration itself did the damage, rolling back the code alone does not undo it.",
  ];
}

/** What a step-down loses, in words: `orders.note (3 values), coupons (12 rows)`. */
export function lossText({ losses }: Pick<StepDown, "losses">): string {
  return losses.length === 0 ? "data" : losses.map(oneLoss).join(", ");
}

function oneLoss({ object, rows, values, estimated }: StepDown["losses"][number]): string {
  const about = estimated ? "about " : "";
  if (values !== undefined) return `${object} (${about}${values} ${values === 1 ? "value" : "values"})`;
  if (rows !== undefined) return `${object} (${about}${rows} ${rows === 1 ? "row" : "rows"})`;
  return `${object} (not counted)`;
}
