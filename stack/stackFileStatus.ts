import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";

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
  const git = (...words: string[]) => askGit(words, signal);
  if ((await git("rev-parse", "--is-inside-work-tree")) === undefined) return { file };
  if ((await git("check-ignore", "--quiet", "--", file)) !== undefined) return { file };
  const changed = await git("status", "--porcelain", "--", file);
  if (changed === undefined) throw new Error("git does not tell of it");
  if (changed.startsWith("??")) return { file, change: "not in git" };
  if (changed !== "") return { file, change: "not committed" };
  // A branch that follows none has nowhere to be pushed to.
  const ahead = await git("rev-list", "--count", "@{upstream}..HEAD", "--", file);
  return ahead === undefined || ahead.trim() === "0" ? { file } : { file, change: "not pushed" };
}

/** What it prints; undefined where it says no, or there is no git. */
function askGit(words: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { env: childEnvironment(), signal, killSignal: "SIGKILL" as const };
    execFile("git", words, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (signal.aborted) reject(new Error("git did not answer in time"));
      else resolve(undefined);
    });
  });
}
