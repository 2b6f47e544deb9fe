import { headline, statusLines, type Mark, type StatusLine } from "./lines";
import { nextStep, type NextStep } from "./nextStep";
import { isUnknown, type Status } from "./status";

/** What stands before a line. */
const signs: Readonly<Record<Mark, string>> = { fine: " ", note: "~", wrong: "!", unknown: "?" };

/** How a stack stands, judged. */
export interface JudgedStatus {
  /** In a line, what runs. */
  headline: string;
  lines: readonly StatusLine[];
  next: NextStep;
  /** `wrong` needs a person; `unknown`: what runs, or its health, could not be told; else `fine`. */
  outcome: "fine" | "wrong" | "unknown";
}

export function judgeStatus(status: Status): JudgedStatus {
  const lines = statusLines(status);
  const services = new Set(status.services.map(({ service }) => service));
  const blind =
    isUnknown(status.held) || lines.some(({ name, mark }) => mark === "unknown" && services.has(name));
  const wrong = lines.some(({ mark }) => mark === "wrong");
  return {
    headline: headline(status),
    lines,
    next: nextStep(status),
    outcome: wrong ? "wrong" : blind ? "unknown" : "fine",
  };
}

/**
 * The screen.
 * @param style makes a text look as its mark means
 */
export function screen(
  { headline: head, lines, next }: JudgedStatus,
  style: (mark: Mark, text: string) => string,
): string {
  const width = Math.max(...lines.map(({ name }) => name.length), "next".length);
  const indent = " ".repeat(width + 4);
  const shown = lines.flatMap(({ name, mark, text, more = [] }, index) => {
    const title = lines[index - 1]?.name === name ? "" : name;
    return [
      style(mark, `${signs[mark]} ${title.padEnd(width)}  ${inOneLine(text)}`),
      ...more.map((each) => `${indent}  ${each}`),
    ];
  });
  return [
    inOneLine(head),
    "",
    ...shown,
    "",
    `  ${"next".padEnd(width)}  ${inOneLine(next.why)}`,
    ...(next.command === undefined ? [] : [`${indent}${next.command}`]),
  ].join("\n");
}

/** What others say may have several. */
function inOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
