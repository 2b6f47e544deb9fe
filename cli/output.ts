import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Whether the command goes on to its end, though nobody reads its results any more. */
let goesOn = false;

/** What a stream says whose reader has gone away, or whose terminal was closed. */
const unreadCodes: readonly (string | undefined)[] = ["EPIPE", "EIO"];

/**
 * Makes a reader that has seen enough, such as head, no failure, nor a terminal that was closed: what nobody reads ends the
 * command, with the exit code that it has by then. A reader of messages that is gone changes nothing.
 */
export function outliveReaders(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!unreadCodes.includes(error.code)) throw error;
    // An error that is thrown right after the result still sets its code.
    if (!goesOn) setImmediate(() => process.exit());
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (!unreadCodes.includes(error.code)) throw error;
  });
}

/** From now on the command changes something, and is not to end half-way for want of a reader. */
export function goOnUnread(): void {
  goesOn = true;
}

/** A result, to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A result for machines: JSON, indented by two. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** A message for people, to stderr, so that stdout holds results alone. */
export function tell(kind: "error" | "warning", text: string): void {
  const word = styled(process.stderr, kind === "error" ? ["bold", "red"] : ["bold", "yellow"], `${kind}:`);
  process.stderr.write(`${word} ${text}\n`);
}

/** Styled for a terminal; plain where the stream is none, or NO_COLOR is set. */
export function styled(stream: NodeJS.WriteStream, style: Style, text: string): string {
  // Node.js itself would look at stdout, also for what goes to stderr.
  return stream.isTTY && !process.env.NO_COLOR ? styleText(style, text, { validateStream: false }) : text;
}

/** Rows below their headings, columns aligned to the left. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [styled(process.stdout, "bold", line(headings)), ...rows.map(line)].join("\n");
}
