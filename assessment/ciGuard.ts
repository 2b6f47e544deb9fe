import type { CiAnswer } from "../catalog/ciAnswer";
import type { Direction } from "../history/running";

export interface CiQuestion {
  /** Tag of the target. */
  target: string;
  direction: Direction;
  ci: CiAnswer;
  /** `guards.ci.unknown`: what is done on the way forward where nobody could say. */
  unknown: "warn" | "refuse";
}

/** Forward only what CI let pass; on the way back it is told that untested code is about to run. */
export function ciGuard({ target, direction, ci, unknown }: CiQuestion): {
  warnings: string[];
  refusals: string[];
} {
  const nothing = { warnings: [], refusals: [] };
  if (direction === "same") return nothing;
  const refuse = (text: string) =>
    direction === "forward" ? { warnings: [], refusals: [text] } : { warnings: [text], refusals: [] };
  const told = `${ci.found}${ci.url === undefined ? "" : ` (${ci.url})`}.`;
  switch (ci.verdict) {
    case "passed":
      return nothing;
    case "failed":
      return refuse(
        `CI did not pass for ${target}: ${told} Go on with a release that passed, or run it again until it does.`,
      );
    case "pending":
      return refuse(`CI is still pending for ${target}: ${told} Wait for it, then: pulumi up`);
    case "unknown": {
      const text = `Unconfirmed: whether CI passed for ${target}: ${told}`;
      return unknown === "refuse"
        ? refuse(
            `${text} guards.ci.unknown refuses that on the way forward. What CI said can be written into its file: ci.`,
          )
        : { warnings: [text], refusals: [] };
    }
  }
}
