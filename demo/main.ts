import { Command } from "commander";
import { dirname } from "node:path";
import { findProgram } from "../toolchain/machine/commands";
import { howToGoOn } from "./howToGoOn";
import { Interrupted, onInterruption } from "./interruption";
import { Narrator } from "./narrator";
import { Stage, stopKept } from "./stage";
import { Story, Unexpected } from "./story";

interface DemoOptions {
  keep?: true;
  stop?: string;
}

const help = `
Plays in a folder of its own below the system's temporary folder and changes nothing in this checkout. A Docker engine
that answers is used; otherwise, as root on Debian or Ubuntu, a private one is started and stopped again.
Takes one to two minutes. Ctrl-C at any moment cleans up.

Examples:
  $ npm run demo
  $ npm run demo -- --keep
  $ npm run demo -- --stop /tmp/knowngood-demo-AbC123

Exit codes: 0 the story went as told, 1 it did not, 130 interrupted.`;

/** Plays the demo, or ends one that was kept. @returns the exit code */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("npm run demo --")
    .description(
      "A real shop of three services: deployed, upgraded, broken and rolled back by its image tag.",
    )
    .option("--keep", "leave everything running at the end, and say where and how to go on by hand")
    .option("--stop <folder>", "end a demo that was kept, and remove its folder")
    .addHelpText("after", help)
    .showHelpAfterError("(add --help for usage)")
    .parse(argv);
  const { keep, stop } = program.opts<DemoOptions>();
  if (stop !== undefined) {
    await stopKept(stop);
    console.log(`Ended the demo in ${stop} and removed the folder.`);
    return 0;
  }
  if (findProgram("pulumi") === undefined)
    throw new Error("There is no pulumi on the PATH: start the demo by `npm run demo`, which provides it.");
  return play(keep === true);
}

async function play(keep: boolean): Promise<number> {
  const narrator = new Narrator();
  const signal = onInterruption(
    () => narrator.say("\nInterrupted: ending what runs, then cleaning up."),
    () => narrator.say("Cleaning up already; it takes some seconds."),
  );
  const stage = new Stage();
  const story = new Story(stage, narrator, signal);
  narrator.say("A shop of three services: deployed, upgraded, broken and rolled back by its image tag.");
  narrator.say(
    `Its folder is ${stage.folder}; ${keep ? "it is kept at the end" : "everything is removed at the end"}.`,
  );
  let failed = true;
  try {
    await story.play();
    if (!keep) await story.destroy();
    failed = false;
    narrator.table();
    if (keep) {
      stage.keep();
      const addresses = story
        .addresses()
        .map(([stack, { web, api }]) => `${stack}: ${web} (page), ${api}/orders (api)`);
      const kept = { folder: stage.folder, checkout: dirname(__dirname), addresses };
      for (const line of howToGoOn(kept)) narrator.say(line);
      return 0;
    }
  } catch (error) {
    if (signal.reason instanceof Interrupted) {
      failed = false;
      return signal.reason.exitCode;
    }
    narrator.say(`\nThe demo stopped.\n${error instanceof Unexpected ? error.message : String(error)}`);
    narrator.say(`The whole output of all commands: ${stage.log}`);
    return 1;
  } finally {
    if (failed || !keep || signal.aborted) {
      await stage.close(failed);
      narrator.say(
        `\nCleaned up: containers, images, database${failed ? "; the log is kept" : ", folder; nothing is left"}.`,
      );
    }
  }
  return 0;
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
