import { TargetError } from "../target";
import { lockedExit } from "./lock";
import { noFolderExit, unwrittenExit } from "./projectScript";

/** Lines that tell how far compose is, or warn, and not why it failed. */
const beside = /level=(warning|info)|^\s*(Container|Network|Volume|Image) \S+ +(?!Error)\w+|Pulling|Waiting/;

/** Most lines that are quoted of what docker said. */
const quotedLines = 4;

/** Why docker failed, in its own words. */
export function reason(problem: string): string {
  const lines = problem
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const told = lines.filter((line) => !beside.test(line));
  return (told.length > 0 ? told : lines).slice(-quotedLines).join("; ");
}

/** The line of compose's that tells a step of its work; undefined of any other. */
export function stepIn(line: string): string | undefined {
  return /^\s*((Container|Network|Volume) \S+ +\w+|waits for .*?)\s*$/
    .exec(line)?.[1]
    ?.replaceAll(/ +/g, " ");
}

/**
 * Throws what a script of this folder's said that did not end well.
 * @param where folder and host, such as `/opt/shop on deploy@shop.example`
 */
export function refuse(exitCode: number, problem: string, what: string, where: string): never {
  switch (exitCode) {
    case lockedExit:
      throw new TargetError(`${what} in ${where}: ${lockedText(problem.trim())}`);
    case noFolderExit:
      throw new TargetError(`${what}: there is no folder ${where}, or its user may not enter it`);
    case unwrittenExit:
      throw new TargetError(
        `${what}: .knowngood can't be written in ${where}: ${reason(problem)}. Nothing that runs was touched.`,
      );
    case 127:
      throw new TargetError(`${what} in ${where}: docker was not found there: ${reason(problem)}`);
    default:
      throw new TargetError(
        `${what} in ${where}: ${reason(problem) || `it ended with exit code ${exitCode}`}`,
      );
  }
}

/** @param holder as the lock has it, such as `process 4711 since 2026-01-01T00:00:00Z` */
export function lockedText(holder: string): string {
  const process = /^process (\d+)/.exec(holder)?.[1];
  return [
    `another change of the project is under way${holder === "" ? "" : ` (${holder})`}: wait until it has ended`,
    ...(process === undefined ? [] : [`or end it there: kill ${process}`]),
  ].join(", ");
}
