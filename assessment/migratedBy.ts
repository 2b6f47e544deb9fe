import type { RunnerWord } from "../schema/report";

/**
 * Who applies migrations where an `up` of ours does not: the user's own program in the same `up`, or others before it.
 * Nobody takes one back then but they.
 */
export type MigratedBy = "program" | "others";

/** Whether an `up` can take a migration back: it takes back dbmate's alone, and those that it applies. */
export function takesBack({
  runner,
  migratedBy,
}: {
  runner: Pick<RunnerWord, "tool">;
  migratedBy?: MigratedBy | undefined;
}): boolean {
  return runner.tool === "dbmate" && migratedBy === undefined;
}
