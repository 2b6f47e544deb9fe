import { appliedVersionsOf } from "../migrations/tools/appliedVersionsOf";
import { readAppliedState } from "../migrations/tools/readAppliedState";
import type { AppliedProblem, AppliedState } from "../migrations/tools/tool";
import { tools } from "../migrations/tools/tools";
import { withoutPassword } from "../migrations/password";
import type { RunnerWord } from "../schema/report";
import { InvalidInput } from "../settings/violations";
import { tell } from "./output";

/** What a database says of its migrations, or why it could not be asked. */
export type Applied = {
  /** What the tool whose table it holds does on a database that is ahead. */
  runner?: RunnerWord;
} & ({ unreachable: string } | AskedDatabase);

export interface AskedDatabase {
  /**
   * Versions that are in the schema, oldest first.
   * @param known every known migration, oldest first
   */
  versions(known: readonly { version: string }[]): string[];
  /** Versions that stopped half-way, each with why: nobody knows how much of them is in the schema. */
  halfApplied: ReadonlyMap<string, string>;
  /** What else is wrong with what it says. */
  problems: readonly AppliedProblem[];
  /** All that it says. */
  state: AppliedState;
}

/**
 * Asks a database what is applied, reading only.
 * @throws InvalidInput when it holds no migration tool's table
 */
export async function askApplied(url: string): Promise<Applied> {
  let state: AppliedState | undefined;
  try {
    state = await readAppliedState(url);
  } catch (error) {
    return { unreachable: withoutPassword((error as Error).message, url) };
  }
  if (state === undefined) {
    const found = "no such database, or none with the table of a migration tool";
    throw new InvalidInput("Nothing was judged", [
      { where: "--database", found, expected: "name the database that the migrations were applied to" },
    ]);
  }
  const known = state;
  const half = known.problems.filter(isHalfApplied);
  for (const { kind, reason } of known.problems) if (kind === "several-tools") tell("warning", reason);
  return {
    runner: { tool: known.tool, ...tools[known.tool].whenAhead },
    versions: (migrations) => appliedVersionsOf(known, migrations),
    halfApplied: new Map(half.map(({ version, reason }) => [version, reason])),
    problems: known.problems.filter((problem) => !isHalfApplied(problem)),
    state,
  };
}

function isHalfApplied(problem: AppliedProblem): problem is AppliedProblem & { version: string } {
  return problem.version !== undefined && ["dirty", "failed", "unfinished"].includes(problem.kind);
}
