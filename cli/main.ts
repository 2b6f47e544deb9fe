import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addAssessCommand } from "./assessCommand";
import { addCardCommand } from "./cardCommand";
import { addDoctorCommand } from "./doctorCommand";
import { addDrillCommand } from "./drillCommand";
import { exitCodes } from "./exitCodes";
import { BrokenEnvironment, Interrupted, Refused } from "../stack/endings";
import { refuseEmptyStacks } from "./emptyStack";
import { completeHelp } from "./help";
import { addHistoryCommand } from "./historyCommand";
import { addLogsCommand } from "./logsCommand";
import { addMoveCommands } from "./moveCommands";
import { outliveReaders, tell } from "./output";
import { addProposeCommand } from "./proposeCommand";
import { addReleaseCommands } from "./releaseCommands";
import { addRemovableCommand } from "./removableCommand";
import { addRestoreCommand } from "./restoreCommand";
import { addReviewCommands } from "./reviewCommand";
import { addStatusCommand } from "./statusCommand";
import { outliveTerminals } from "./terminals";

/** Runs the command line and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  outliveReaders();
  outliveTerminals();
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** The command line, with nothing run yet. */
export function createProgram(): Command {
  const program = new Command("knowngood")
    .description("The commands round a Pulumi program that rolls back by config change.")
    .version(ownVersion())
    .showHelpAfterError("(add --help for usage and examples)")
    .exitOverride();
  addMoveCommands(program);
  addReleaseCommands(program);
  addStatusCommand(program);
  addAssessCommand(program);
  addHistoryCommand(program);
  addLogsCommand(program);
  addRestoreCommand(program);
  addRemovableCommand(program);
  addCardCommand(program);
  addDrillCommand(program);
  addDoctorCommand(program);
  addProposeCommand(program);
  addReviewCommands(program);
  refuseEmptyStacks(program);
  completeHelp(program);
  return program;
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")) as { version: string })
    .version;
}

/** Tells an error once, in words for its kind. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (!(error instanceof Error)) throw error;
  tell("error", error.message);
  if (error.name === "InvalidInput") return exitCodes.badInput;
  if (error instanceof Refused) return exitCodes.refused;
  if (error instanceof Interrupted) return exitCodes.interrupted;
  return error instanceof BrokenEnvironment ? exitCodes.brokenEnvironment : exitCodes.failed;
}
