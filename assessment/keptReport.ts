import type { Assessment } from "./assessment";
import { assessmentMarkdown } from "./assessmentMarkdown";
import { reportPath, saveReport } from "./savedReports";

/** Where the whole report of an assessment can be read, and why it can't, where it could not be kept. */
export interface KeptReport {
  file?: string;
  problem?: string;
}

/**
 * Keeps the whole report, where there is anything to read in it.
 * @param stack as `pulumi --stack` takes it
 * @param folder of the records
 */
export function keepReport(stack: string, { risk, target }: Assessment, folder: string): KeptReport {
  if (risk === undefined || !risk.worthReading) return {};
  const { report } = risk;
  const file = `${reportPath(folder, stack, target.tag)}.md`;
  const problem = saveReport(
    folder,
    { stack, target: target.tag, fingerprint: report.fingerprint },
    { json: `${JSON.stringify(report, undefined, 2)}\n`, markdown: assessmentMarkdown(report) },
  );
  return problem === undefined
    ? { file }
    : { problem: `The report of the assessment could not be kept in ${file}: ${problem}` };
}
