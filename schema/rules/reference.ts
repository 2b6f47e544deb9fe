/**
 * The list of the rules, written from them: `node --require ./toolchain/loadTypescript.cjs schema/rules/reference.ts`
 * brings docs/schema-rules.md up to date.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verdicts, type Verdict } from "../verdict";
import type { Rule } from "./rule";
import { rules } from "./rules";

/** Where the list lies. */
export const referenceFile = join(__dirname, "..", "..", "docs", "schema-rules.md");

const introduction = `# Schema rules

<!-- Written by schema/rules/reference.ts from the rules; run \`node --require ./toolchain/loadTypescript.cjs schema/rules/reference.ts\` after changing them. -->

What a schema that is ahead means for the code of an older release. Each finding names one of these rules. The verdict
is that of the change alone: what else the same migrations do can make up for it, such as a view under a table's old
name, and then the finding falls away or is milder. The gravest finding is the verdict of the whole.

A statement is ordinary when it reads or writes by name every column that the old schema requires. An edge statement is
any other that was valid before: NULL into a column that may be NULL, a duplicate where nothing forbade it, the longest
value that fitted.`;

const meanings: Record<Verdict, string> = {
  compatible: "Every statement that was valid before is valid.",
  conditional:
    "Ordinary statements still work; an edge statement can fail, or old code can read what it never expected.",
  breaking: "An ordinary statement fails; the data still exists.",
  destructive: "Data that old code could read is gone or changed, and no name leads to it.",
};

/** The whole list as Markdown, gravest first. */
export function reference(): string {
  const sections = [...verdicts].reverse().map((verdict) => {
    const own = rules.filter((rule) => rule.verdict === verdict);
    return [`## ${verdict}`, meanings[verdict], ...own.map(section)].join("\n\n");
  });
  return `${[introduction, overview(), ...sections].join("\n\n")}\n`;
}

function overview(): string {
  const rows = [...verdicts]
    .reverse()
    .flatMap((verdict) =>
      rules
        .filter((rule) => rule.verdict === verdict)
        .map(({ id, title }) => `| [\`${id}\`](#${id}) | ${verdict} | ${title} |`),
    );
  return ["| rule | verdict | what happened |", "| --- | --- | --- |", ...rows].join("\n");
}

function section({ id, title, remedy, example }: Rule): string {
  return `### ${id}\n\n${title}.\n\n\`\`\`sql\n-- shipped\n${onLines(example.shipped)}\n-- ahead\n${onLines(example.ahead)}\n\`\`\`\n\n${remedy}`;
}

/** A statement a line; one within quotes stays whole. */
function onLines(sql: string): string {
  return sql.replaceAll(/; (?=[A-Z]{4,} (?!END|RETURN))/g, ";\n");
}

if (require.main === module) writeFileSync(referenceFile, reference());
