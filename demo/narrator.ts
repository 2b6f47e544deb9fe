import { styled, table } from "../cli/output";

/** One step of the demo, as the table at its end shows it. */
export interface Step {
  step: string;
  command: string;
  seconds: number;
  outcome: "ok" | "failed, as it should";
}

const widestCommand = 62;
const widestLine = 150;

/** Tells the story on standard output and keeps its steps. */
export class Narrator {
  readonly steps: Step[] = [];
  private chapterName = "";

  say(text = ""): void {
    process.stdout.write(`${text}\n`);
  }

  /** A paragraph of the story; the steps that follow belong to it. */
  chapter(name: string, text: string): void {
    this.chapterName = name;
    this.say(`\n${styled(process.stdout, "bold", `${name}: ${text}`)}`);
  }

  command(text: string): void {
    this.say(`\n${styled(process.stdout, "cyan", "$")} ${wrapped(text)}`);
  }

  /** What a command printed, cut to the width of a screen. */
  lines(lines: readonly string[]): void {
    for (const line of lines)
      this.say(`  ${line.length > widestLine ? `${line.slice(0, widestLine - 1)}…` : line}`.trimEnd());
  }

  /** How a step ended, and how long it took. */
  ended(command: string, seconds: number, outcome: Step["outcome"], remark?: string): void {
    this.steps.push({ step: this.chapterName, command, seconds, outcome });
    const style = outcome === "ok" ? "green" : "yellow";
    const text = remark === undefined ? outcome : `${outcome}: ${remark}`;
    this.say(
      `  ${styled(process.stdout, style, text)} ${styled(process.stdout, "dim", `(${seconds.toFixed(1)} s)`)}`,
    );
  }

  /** All steps with their times. */
  table(): void {
    const rows = this.steps.map(({ step, command, seconds, outcome }) => [
      step,
      command.length > widestCommand ? `${command.slice(0, widestCommand - 1)}…` : command,
      seconds.toFixed(1).padStart(7),
      outcome,
    ]);
    this.say(`\n${table(["STEP", "COMMAND", "SECONDS", "OUTCOME"], rows)}`);
    const total = this.steps.reduce((sum, { seconds }) => sum + seconds, 0);
    this.say(`${this.steps.length} steps, ${total.toFixed(1)} s`);
  }
}

/** A long command over several lines, as a shell takes it. */
function wrapped(command: string): string {
  return command.length <= 100
    ? command
    : command.replaceAll(/ (?=--(?:image|plaintext|migrations) )/g, " \\\n    ");
}
