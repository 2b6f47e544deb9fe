import { realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { git, GitProblem } from "./git";

export interface StackFileStatus {
  file: string;
  /** What keeps it from being what others see; undefined where nothing does, or the folder is in no git repository. */
  change?: "not committed" | "not in git" | "not pushed";
}

/**
 * Whether a stack's file is what others see: the next merge, or a checkout elsewhere, undoes what is in this folder alone.
 * @param file from the project's folder, which this is
 * @param signal ends the questions
 * @throws Error where git does not say
 */
export async function stackFileStatus(file: string, signal: AbortSignal): Promise<StackFileStatus> {
  // Git sees a symbolic link alone, not the file that it leads to.
  const real = await realpath(file).catch(() => resolve(file));
  const name = basename(real);
  const asked = (...words: string[]) => askGit(["-C", dirname(real), ...words], signal);
  if ((await asked("rev-parse", "--is-inside-work-tree")) === undefined) return { file };
  if ((await asked("check-ignore", "--quiet", "--", name)) !== undefined) return { file };
  const changed = await asked("status", "--porcelain", "--", name);
  if (changed === undefined) throw new Error("git does not tell of it");
  if (changed.startsWith("??")) return { file, change: "not in git" };
  if (changed !== "") return { file, change: "not committed" };
  // A branch that follows none has nowhere to be pushed to.
  const ahead = await asked("rev-list", "--count", "@{upstream}..HEAD", "--", name);
  return ahead === undefined || ahead.trim() === "0" ? { file } : { file, change: "not pushed" };
}

/** What it prints; undefined where it says no, or there is no git. */
async function askGit(words: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    return await git(words, { signal });
  } catch (error) {
    if (error instanceof GitProblem && error.kind !== "late") return undefined;
    throw error;
  }
}
