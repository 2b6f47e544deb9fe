import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";

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
