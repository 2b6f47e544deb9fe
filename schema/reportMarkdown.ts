import type { Finding } from "./finding";
import type { Report } from "./report";
import { printable, ruleTitle, runnerText, stepDownText, verdictWords } from "./reportLines";

/** A report as Markdown: a table of findings, then each with its statement, reason and remedy. */
export function reportMarkdown(report: Report): string {
  return (
    [
      `# ${report.target.tag === null ? "Schema" : `Schema against ${text(report.target.tag)}`}: ${verdictWords(report)}`,
      ...report.advice.map((line) => text(line)),
      facts(report),
      ...(report.unconfirmed.length === 0 ? [] : ["## Not confirmed", list(report.unconfirmed)]),
      "## Findings",
      ...(report.findings.length === 0
        ? ["None."]
        : [table(report.findings), ...report.findings.map(section)]),
      ...(report.stepDown === null
        ? []
        : ["## Step-down", text(stepDownText(report.stepDown)), ...stays(report.stepDown)]),
      "## Gap",
      report.gap.length === 0
        ? "The schema is not ahead."
        : list(report.gap.map(({ name, sha256 }) => `${name}${sha256 === null ? ", without SQL" : ""}`)),
      ...(report.notes.length === 0 ? [] : ["## Notes", list(report.notes)]),
    ].join("\n\n") + "\n"
  );
}

function facts({ notJudged, server, runner, fingerprint }: Report): string {
  return list([
    `Not judged: ${notJudged}`,
    `Proved by: ${server ?? "nothing; statements were only read"}`,
    ...(runner === null ? [] : [`Migration runner: ${runnerText(runner)}`]),
    `Fingerprint: ${fingerprint}`,
  ]);
}

function stays({ stays: left }: NonNullable<Report["stepDown"]>): string[] {
  return left.length === 0 ? [] : ["Not as before after it:", list(left)];
}

function table(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => [
    finding.verdict,
    cell(finding.object),
    cell(ruleTitle(finding.rule)),
    cell(placeOf(finding)),
  ]);
  return [["Verdict", "Object", "What happened", "Where"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function section(finding: Finding): string {
  const { verdict, object, rule, statement, reason, remedy, engine } = finding;
  return [
    `### ${text(object)}: ${text(ruleTitle(rule))}`,
    `${verdict}, \`${rule}\`, ${engine}${finding.migration === undefined ? "" : `, ${text(placeOf(finding))}`}`,
    ...(statement === undefined ? [] : [fenced(statement)]),
    text(reason),
    text(remedy),
  ].join("\n\n");
}

function placeOf({ migration, line }: Finding): string {
  if (migration === undefined) return "";
  return line === undefined ? migration : `${migration}, line ${line}`;
}

/** SQL in a block whose fence is longer than any row of backticks in it. */
function fenced(sql: string): string {
  const longest = Math.max(0, ...[...sql.matchAll(/`+/g)].map(([row]) => row.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}sql\n${printable(sql)}\n${fence}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${text(item)}`).join("\n");
}

function cell(words: string): string {
  return text(words).replaceAll("|", "\\|");
}

/** Words of a schema can hold anything; none of it is markup, and none of it ends a line. */
function text(words: string): string {
  return printable(words)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_<>[\]]/g, "\\$&");
}
