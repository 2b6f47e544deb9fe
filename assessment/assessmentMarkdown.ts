import { reportMarkdown } from "../schema/reportMarkdown";
import type { AssessmentReport } from "./schemaRisk";

/** The whole report as Markdown: the schema against the target, then which releases can come back. */
export function assessmentMarkdown(report: AssessmentReport): string {
  const { horizon, closed, wholeWay, stack, direction } = report;
  const verdicts = Object.entries(horizon.verdicts);
  return [
    reportMarkdown(report).trimEnd(),
    ...(wholeWay.length === 0 ? [] : ["## Stepping down all of it", ["```", ...wholeWay, "```"].join("\n")]),
    "## Horizon",
    `Stack ${stack}, ${direction}. The oldest release that can run once this is through: ${horizon.oldest ?? "none that is known"}.`,
    [
      "| Release | Verdict |",
      "| --- | --- |",
      ...verdicts.map(([tag, verdict]) => `| ${tag} | ${verdict} |`),
    ].join("\n"),
    ...(closed.length === 0 ? [] : [closed.map((text) => `- ${text}`).join("\n")]),
  ]
    .join("\n\n")
    .concat("\n");
}
