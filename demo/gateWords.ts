/** Rows of a table, or lines of a log, that are shown of a longer one: the first ones and the last ones. */
const shownAtEachEnd = 2;

/**
 * What a failed gate says, short enough for a screen: the words of one service's gate with the middle of its table and
 * of its log left out, and the headlines of the other gates that failed.
 * @param diagnostics of an update that a gate ended
 */
export function gateWords(diagnostics: readonly string[], service: string): string[] {
  const messages = messagesIn(diagnostics);
  const own = messages.find(([headline]) => headline?.startsWith(`Health gate failed: ${service} `)) ?? [];
  const others = messages.filter((message) => message !== own).flatMap(([headline]) => headline ?? []);
  return [...condensed(own), ...(others.length > 0 ? ["", ...others] : [])];
}

/** The diagnostics as messages, without the engine's own lines round them. */
function messagesIn(diagnostics: readonly string[]): string[][] {
  const messages: string[][] = [[]];
  for (const line of diagnostics) {
    if (/^error: exit status \d+: running /.test(line)) messages.push([]);
    else if (/^\S+: (forward|rollback) from |^error: update failed/.test(line)) messages.push([]);
    else messages.at(-1)?.push(line);
  }
  return messages.filter((message) => message.some((line) => line !== "")).map(withoutBlankEnds);
}

function withoutBlankEnds(lines: readonly string[]): string[] {
  return lines.slice(
    lines.findIndex((line) => line !== ""),
    lines.findLastIndex((line) => line !== "") + 1,
  );
}

/** Leaves out the middle of every run of indented lines; a table's heading counts as its first row. */
function condensed(lines: readonly string[]): string[] {
  const runs = lines.reduce<string[][]>((groups, line) => {
    const last = groups.at(-1);
    if (last !== undefined && isIndented(last[0]) === isIndented(line)) last.push(line);
    else groups.push([line]);
    return groups;
  }, []);
  return runs.flatMap((run) => {
    const left = run.length - 2 * shownAtEachEnd;
    if (!isIndented(run[0]) || left < 2) return run;
    return [...run.slice(0, shownAtEachEnd), `  … ${left} more …`, ...run.slice(-shownAtEachEnd)];
  });
}

function isIndented(line: string | undefined): boolean {
  return line?.startsWith("  ") ?? false;
}
