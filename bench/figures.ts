import { median, ratio } from "./statistics";

/** What a figure is to reach. */
export type Target =
  | { kind: "ratio"; atMost: number }
  | { kind: "seconds"; atMost: number }
  | { kind: "seconds"; below: number };

/** One row of the result: what was measured, in every run, of both. */
export interface Figure {
  name: string;
  unit: "s" | "requests" | "MiB";
  /** Absent where compose has nothing alike. */
  compose?: readonly number[];
  knowngood: readonly number[];
  target?: Target;
}

/** Whether a figure's medians reach its target; undefined without one, or where there is nothing to compare with. */
export function reached({ compose, knowngood, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  switch (target.kind) {
    case "seconds":
      return "below" in target ? median(knowngood) < target.below : median(knowngood) <= target.atMost;
    case "ratio": {
      const times = compose && ratio(knowngood, compose);
      return times === undefined ? undefined : times <= target.atMost;
    }
  }
}

/** The figures as a table in Markdown: medians, and least and most in brackets. */
export function markdownTable(figures: readonly Figure[]): string {
  const headings = ["figure", "compose", "knowngood", "ratio", "target", "reached"];
  return [headings, headings.map(() => "---"), ...figures.map(row)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function row(figure: Figure): string[] {
  const { name, unit, compose, knowngood, target } = figure;
  const times = compose && ratio(knowngood, compose);
  const said = { true: "yes", false: "**no**", undefined: "" };
  return [
    name,
    compose ? measured(compose, unit) : "",
    measured(knowngood, unit),
    times === undefined ? "" : times.toFixed(2),
    target ? targetText(target) : "",
    said[`${reached(figure)}`],
  ];
}

function measured(values: readonly number[], unit: Figure["unit"]): string {
  const text = (value: number) => value.toFixed(unit === "s" ? 2 : 0);
  return `${text(median(values))} ${unit} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

function targetText(target: Target): string {
  if (target.kind === "ratio") return `at most ${target.atMost.toFixed(1)} x compose`;
  return "below" in target ? `below ${target.below.toFixed(1)} s` : `at most ${target.atMost.toFixed(1)} s`;
}
