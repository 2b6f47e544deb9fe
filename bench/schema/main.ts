import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { judgeStatically } from "../../schema/static/judgeStatically";
import { hardwareFacts, load } from "../machineFacts";
import { withFigures } from "../readme";
import { median } from "../statistics";
import { cases } from "./cases";
import { manyStatements, writeHistory } from "./manyMigrations";
import { assess, type AssessRun } from "./ownRuns";
import { squawkProgram, squawkRules } from "./squawk";

const readme = join(__dirname, "..", "README.md");
const growth = [10, 100, 1000, 3000];
const ahead = 10;

interface BenchOptions {
  runs: number;
  write?: true;
  date: string;
}

async function main(argv: readonly string[]): Promise<void> {
  const options = new Command("npm run bench:schema --")
    .description("Measures the judgement of a gap, and what squawk says of the same changes.")
    .option("--runs <count>", "how often everything is measured", wholeNumber, 5)
    .option("--write", "put the result into bench/README.md")
    .option("--date <date>", "the date of the result", new Date().toISOString().slice(0, 10))
    .showHelpAfterError("(add --help for usage)")
    .parse(argv)
    .opts<BenchOptions>();
  const folder = mkdtempSync(join(tmpdir(), "knowngood-bench-schema-"));
  try {
    const loadBefore = load();
    const result = [
      `Measured on ${options.date}, ${options.runs} runs; the median, and in brackets the least and the most.`,
      "",
      ...(await speed(folder, options.runs)),
      "",
      ...(await comparison(folder)),
      "",
      ...hardwareFacts(),
      `- Node ${process.version}`,
      `- load of the machine before the first run: ${loadBefore}`,
    ].join("\n");
    say(`\n${result}`);
    if (options.write)
      writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), result, "npm run bench:schema"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function speed(folder: string, runs: number): Promise<string[]> {
  const text = manyStatements(20_000);
  const gap = { shipped: [{ name: "shipped", sql: text }], ahead: [] };
  await judgeStatically(gap);
  const rates: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await judgeStatically(gap);
    rates.push(20_000 / ((performance.now() - begun) / 1000));
  }
  say(`static engine: ${Math.round(median(rates))} statements a second`);
  const rows: string[] = [];
  for (const shipped of growth) rows.push(await growthRow(folder, shipped, runs));
  return [
    `Static engine alone: ${range(rates, 0)} statements a second (target: at least 20,000), 20,000 statements in one text, parser warm.`,
    "",
    `The whole command, \`knowngood assess --json\`, with ${ahead} migrations ahead (targets for 1,000: cold at most 6 s, cached at most 0.5 s, memory below 700 MiB). Cold: no verdict is cached, the scratch database's data folder is.`,
    "",
    "| migrations shipped | statements | cold | cached | peak memory, cold | verdict |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}

async function growthRow(folder: string, shipped: number, runs: number): Promise<string> {
  const own = join(folder, `growth-${shipped}`);
  const history = writeHistory(own, shipped, ahead);
  const sources = { shipped: join(history.shipped, "*.sql"), ahead: join(history.ahead, "*.sql") };
  const cache = join(folder, "cache");
  // Makes the scratch database's data folder, once for all.
  if (shipped === growth[0]) await assess(sources, cache, "--no-cache");
  const cold: AssessRun[] = [];
  const cached: AssessRun[] = [];
  for (let run = 0; run < runs; run += 1) {
    cold.push(await assess(sources, cache, "--no-cache"));
    if (run === 0) await assess(sources, cache);
    cached.push(await assess(sources, cache));
    say(
      `${shipped} shipped: cold ${cold.at(-1)?.seconds.toFixed(2)} s, cached ${cached.at(-1)?.seconds.toFixed(2)} s`,
    );
  }
  const answer = cold[0]?.answer;
  return `| ${[
    shipped,
    history.statements,
    `${range(
      cold.map(({ seconds }) => seconds),
      2,
    )} s`,
    `${range(
      cached.map(({ seconds }) => seconds),
      2,
    )} s`,
    `${range(
      cold.map(({ memory }) => memory),
      0,
    )} MiB`,
    answer === undefined ? "" : `${answer.verdict}${answer.confirmed ? "" : ", unconfirmed"}`,
  ].join(" | ")} |`;
}

async function comparison(folder: string): Promise<string[]> {
  const squawk = await squawkProgram(say);
  const rows: string[] = [];
  for (const [number, one] of cases.entries()) {
    const place = join(folder, `case-${number}`);
    mkdirSync(place);
    const sources = { shipped: join(place, "shipped.sql"), ahead: join(place, "ahead.sql") };
    writeFileSync(sources.shipped, one.shipped);
    writeFileSync(sources.ahead, one.ahead);
    const { answer } = await assess(sources, join(folder, "cache"), "--no-cache");
    const rules = await squawkRules(squawk, sources.ahead);
    const own = [
      ...new Set(answer.findings.filter(({ verdict }) => verdict !== "compatible").map(({ rule }) => rule)),
    ];
    rows.push(`| ${[one.name, answer.verdict, own.join(", "), rules.join(", ") || "nothing"].join(" | ")} |`);
  }
  return [
    "What both say of the same change. Squawk's rules about locks, time limits and re-running are left out: it is made for those, and a rollback does not turn on them.",
    "",
    "| change | knowngood's verdict | its rules | squawk's rules |",
    "| --- | --- | --- | --- |",
    ...rows,
  ];
}

function range(values: readonly number[], digits: number): string {
  const text = (value: number) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("write a whole number from 1 to 999");
  return Number(text);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main(process.argv).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
