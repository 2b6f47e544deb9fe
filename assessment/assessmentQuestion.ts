import type { Settings } from "../settings/settings";
import type { AssessmentQuestion } from "./assessment";
import { gatesSet } from "./breakGlass";

/** A stack's settings, with what was found, as the question that the assessment decides. */
export function assessmentQuestion(
  settings: Settings,
  found: Pick<AssessmentQuestion, "stack" | "target" | "survey" | "evidence" | "drill" | "reviewed" | "now">,
): AssessmentQuestion {
  const { guards, acknowledge, stepDown, hold, quarantine, retry, breakGlass, adopt } = settings;
  return {
    ...found,
    services: Object.keys(settings.services),
    guards,
    ...(acknowledge !== undefined && { acknowledge }),
    ...(stepDown !== undefined && { stepDown }),
    ...(hold !== undefined && { hold }),
    turnsFlagsOff: settings.flags !== undefined,
    quarantine,
    ...(retry !== undefined && { retry }),
    ...(breakGlass !== undefined && { breakGlass }),
    gates: gatesSet(settings),
    ...(adopt !== undefined && { adopt }),
  };
}
