import { verdicts, type Verdict } from "../schema/verdict";
import type { Horizon } from "./horizon";
import type { AssessmentReport } from "./schemaRisk";

/** What the schema means for the release that runs on it, and for those before. */
export interface JudgedSchema {
  schema: {
    verdict: Verdict;
    confirmed: boolean;
    /** What it means for the release that runs now, whichever way it came. */
    advice: "stay" | "roll forward" | "restore";
    /** How many there are of each verdict. */
    findings: Readonly<Record<Verdict, number>>;
  };
  horizon: Horizon;
}

/** A report as far as it becomes an output. */
export function judgedSchema({ verdict, confirmed, findings, horizon }: AssessmentReport): JudgedSchema {
  const count = (of: Verdict) => findings.filter((finding) => finding.verdict === of).length;
  return {
    schema: {
      verdict,
      confirmed,
      advice: adviceFor[verdict],
      findings: Object.fromEntries(verdicts.map((each) => [each, count(each)])) as Record<Verdict, number>,
    },
    horizon,
  };
}

const adviceFor: Readonly<Record<Verdict, JudgedSchema["schema"]["advice"]>> = {
  compatible: "stay",
  conditional: "stay",
  breaking: "roll forward",
  destructive: "restore",
};
