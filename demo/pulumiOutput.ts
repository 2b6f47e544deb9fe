/** What a person needs of what `pulumi preview`, `up` or `destroy` printed. */
export interface PulumiOutput {
  /** The messages below `Diagnostics:`, without the resources that they are attached to. */
  diagnostics: string[];
  /** The resource counts in a line, such as `3 created, 2 unchanged`; empty where there are none. */
  resources: string;
}

/** Takes the output apart, as the CLI prints it with `--non-interactive --color never`. */
export function pulumiOutput(text: string): PulumiOutput {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return {
    diagnostics: trimmed(
      section(lines, "Diagnostics:")
        .filter((line) => !/^ {2}\S.* \(.*\):$/.test(line))
        .map((line) => line.replace(/^ {4}/, "")),
    ),
    resources: section(lines, "Resources:")
      .flatMap((line) =>
        line
          .trim()
          .replace(/^[+~-]+ ?/, "")
          .split(". "),
      )
      .filter((part) => part !== "" && !/^\d+ changes$/.test(part))
      .join(", "),
  };
}

/** The lines between a heading and the next line that is not indented. */
function section(lines: readonly string[], heading: string): string[] {
  const start = lines.lastIndexOf(heading);
  if (start === -1) return [];
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => /^\S/.test(line));
  return end === -1 ? after : after.slice(0, end);
}

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== "");
  const last = lines.findLastIndex((line) => line !== "");
  return first === -1 ? [] : lines.slice(first, last + 1);
}
