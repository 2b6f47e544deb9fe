import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";

/** How a stack file stands in its git repository. */
export interface FileInGit {
  /** Whether it differs from the last commit. */
  changed: boolean;
}

/** @returns undefined where the folder is in no git repository, or there is no git */
export async function fileInGit(folder: string, file: string): Promise<FileInGit | undefined> {
  try {
    const said = await git(folder, ["status", "--porcelain", "--ignored", "--", file]);
    // A file that git is told to ignore is nobody's to commit.
    return said.startsWith("!!") ? undefined : { changed: said.trim() !== "" };
  } catch {
    return undefined;
  }
}

/** The message of the commit, in a line. */
export function commitMessage(stack: string, tag: string, reason: string | undefined): string {
  return reason === undefined ? `${stack}: ${tag}` : `${stack}: ${tag}: ${reason}`;
}

/**
 * Commits that file alone, whatever else is staged.
 * @throws Error with what git said
 */
export async function commitFile(folder: string, file: string, message: string): Promise<void> {
  await git(folder, ["add", "--", file]);
  await git(folder, ["commit", "--quiet", "--message", message, "--", file]);
}

function git(folder: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("git", ["-C", folder, ...words], { env: childEnvironment() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim() || error.message));
    });
  });
}
