import { verdicts, type Verdict } from "../schema/verdict";
import type { Horizon } from "./horizon";
import type { AssessmentReport } from "./schemaRisk";

/** What the schema means for the release that runs on it, and for those before. */
export interface JudgedSchema {
  schema: {
    verdict: Verdict;
    confirmed: boolean;
    advice: string;
    /** How many there are of each verdict. */
    findings: Readonly<Record<Verdict, number>>;
  };
  horizon: Horizon;
}

/** A report as far as it becomes an output. */
export function judgedSchema({
  verdict,
  confirmed,
  action,
  findings,
  horizon,
}: AssessmentReport): JudgedSchema {
  const count = (of: Verdict) => findings.filter((finding) => finding.verdict === of).length;
  return {
    schema: {
      verdict,
      confirmed,
      advice: action,
      findings: Object.fromEntries(verdicts.map((each) => [each, count(each)])) as Record<Verdict, number>,
    },
    horizon,
  };
}
