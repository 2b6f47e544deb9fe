import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { buildShop } from "../demo/images/shopImages";
import { Interrupted, onInterruption } from "../demo/interruption";
import { findProgram } from "../toolchain/machine/commands";
import { freePort } from "../toolchain/machine/registry";
import { ComposeShop } from "./composeShop";
import { expectRelease, freeze, thaw, type Contender } from "./contender";
import { markdownTable, reached } from "./figures";
import { KnowngoodShop } from "./knowngoodShop";
import { load, machineFacts } from "./machineFacts";
import { profile } from "./profile";
import { withFigures } from "./readme";
import { Rounds } from "./rounds";
import type { Place } from "./shopSettings";
import { Site } from "./site";

interface BenchOptions {
  runs: number;
  write?: true;
  profile?: true;
  date: string;
}

const readme = join(__dirname, "README.md");

const help = `
Works in a folder of its own below the system's temporary folder. A Docker engine that answers is used; otherwise, as
root on Debian or Ubuntu, a private one is started and stopped again. \`docker compose\` is built where there is none.
Takes 2 minutes to get ready and 45 s a run. Figures are worth something only while the machine does nothing else.

Exit codes: 0 measured, whether or not the targets were reached; 1 something failed; 130 interrupted.`;

/** @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const options = new Command("npm run bench --")
    .description("Measures a rollback by knowngood against one by Docker Compose, side by side.")
    .option("--runs <count>", "how often everything is measured", wholeNumber, 5)
    .option("--write", "put the result into bench/README.md")
    .option("--profile", "show where the time of one rollback goes, instead of measuring")
    .option("--date <date>", "the date of the result", new Date().toISOString().slice(0, 10))
    .addHelpText("after", help)
    .showHelpAfterError("(add --help for usage)")
    .parse(argv)
    .opts<BenchOptions>();
  if (findProgram("pulumi") === undefined)
    throw new Error("There is no pulumi on the PATH: start the bench by `npm run bench`, which provides it.");
  const signal = onInterruption(
    () => say("\nInterrupted: ending what runs, then cleaning up."),
    () => say("Cleaning up already; it takes some seconds."),
  );
  const site = new Site(signal);
  let failed = true;
  try {
    const { compose, knowngood } = await prepare(site);
    if (options.profile) await showProfiles(site, compose, knowngood);
    else await measure(site, compose, knowngood, options);
    failed = false;
  } catch (error) {
    if (signal.reason instanceof Interrupted) {
      failed = false;
      return signal.reason.exitCode;
    }
    say(`\nThe bench stopped. ${error instanceof Error ? error.message : String(error)}`);
    say(`The whole output of all commands: ${site.log}`);
    return 1;
  } finally {
    await site.close(failed);
  }
  return 0;
}

/** Both shops, deployed and healthy on v2 with both releases' images on the engine, and paused. */
async function prepare(site: Site): Promise<{ compose: ComposeShop; knowngood: KnowngoodShop }> {
  await site.start(say);
  const images = await buildShop({
    registry: site.machine.registry.address,
    releases: ["v1", "v2"],
    say,
  });
  const place = async (name: string): Promise<Place> => ({
    prefix: `${site.prefix}-${name}`,
    ports: { api: await freePort(), web: await freePort() },
    socketFolder: site.machine.postgres.socketFolder,
    database: site.database,
  });
  const knowngood = new KnowngoodShop(site, await place("knowngood"));
  await knowngood.prepare(images);
  const compose = new ComposeShop(site, await place("compose"), images);
  // knowngood first: its migrations make the tables for both.
  for (const shop of [knowngood, compose]) {
    for (const release of ["v1", "v2"] as const) {
      say(`${shop.name}: deploying ${release} ...`);
      await shop.goTo(release);
      await expectRelease(shop, release);
    }
    await freeze(site, shop);
  }
  return { compose, knowngood };
}

async function measure(
  site: Site,
  compose: ComposeShop,
  knowngood: KnowngoodShop,
  { runs, write, date }: BenchOptions,
): Promise<void> {
  const loadBefore = load();
  const rounds = new Rounds(site, compose, knowngood, say);
  for (let number = 1; number <= runs; number += 1) {
    say(`\nrun ${number} of ${runs} (load ${load()})`);
    await rounds.run(number);
  }
  const figures = rounds.figures();
  const result = [
    `Measured on ${date}, ${runs} ${runs === 1 ? "run" : "runs"}; the median, and in brackets the least and the most.`,
    "",
    markdownTable(figures),
    "",
    ...(await machineFacts(site)),
    `- load of the machine before the first run: ${loadBefore}`,
  ].join("\n");
  say(`\n${result}\n`);
  if (write) {
    writeFileSync(readme, withFigures(readFileSync(readme, "utf8"), result));
    say(`Written into ${readme}`);
  }
  const missed = figures.filter((figure) => reached(figure) === false).length;
  say(
    missed === 0
      ? "Every target was reached."
      : `${missed} ${missed === 1 ? "target was" : "targets were"} missed: see --profile.`,
  );
}

async function showProfiles(site: Site, compose: ComposeShop, knowngood: KnowngoodShop): Promise<void> {
  for (const shop of [compose, knowngood] satisfies Contender[]) {
    await thaw(site, shop);
    say(`\n== ${shop.name}: a rollback from v2 to v1`);
    for (const line of await profile(site, () => shop.goTo("v1"))) say(line);
    await freeze(site, shop);
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("write a whole number from 1 to 999");
  return Number(text);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.stdout.on("error", () => {
  // A reader that has seen enough, or a terminal that was closed; cleaning up goes on.
});
main(process.argv).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
