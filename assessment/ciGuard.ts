import type { CiAnswer } from "../catalog/ciAnswer";
import type { Direction } from "../history/running";
import type { Settings } from "../settings/settings";

export interface CiQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Tag of the target. */
  target: string;
  direction: Direction;
  ci: CiAnswer;
  /** `guards.ci.unknown`: what is done on the way forward where nobody could say. */
  unknown: "warn" | "refuse";
  /** The release that is to go forward all the same, and why. */
  retry: Settings["retry"];
}

export interface CiWord {
  warnings: readonly string[];
  refusals: readonly string[];
  /** Whether it would be refused without the setting `retry`. */
  retried: boolean;
}

/** Forward only what CI let pass; on the way back it is told that untested code is about to run. */
export function ciGuard({ stack, target, direction, ci, unknown, retry }: CiQuestion): CiWord {
  const nothing = { warnings: [], refusals: [], retried: false };
  if (direction === "same") return nothing;
  const warn = (text: string) => ({ ...nothing, warnings: [text] });
  const refuse = (found: string, advice: string) => {
    if (direction === "rollback") return warn(`${found} ${advice}`);
    if (retry?.tag === target)
      return { ...warn(`${found} It goes on all the same: ${retry.reason}`), retried: true };
    const goOn = `To go on all the same: pulumi config set retry '{"tag": "${target}", "reason": "WHY"}' --stack ${stack}`;
    return { ...nothing, refusals: [`${found} ${advice}\n${goOn}`] };
  };
  const told = `${ci.found}${ci.url === undefined ? "" : ` (${ci.url})`}.`;
  switch (ci.verdict) {
    case "passed":
      return nothing;
    case "failed":
      return refuse(
        `CI did not pass for ${target}: ${told}`,
        "Go on with a release that passed, or run it again until it does.",
      );
    case "pending":
      return refuse(`CI is still pending for ${target}: ${told}`, "Wait for it, then: pulumi up");
    case "unknown": {
      const text = `Unconfirmed: whether CI passed for ${target}: ${told}`;
      return unknown === "refuse"
        ? refuse(
            text,
            "guards.ci.unknown refuses that on the way forward. What CI said can be written into its file: ci.",
          )
        : warn(text);
    }
  }
}
