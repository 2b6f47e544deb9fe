import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";
import { InvalidInput } from "../settings/violations";

/** A folder's place in its repository, with a slash at its end where it is not the top. @throws InvalidInput */
export async function placeInRepository(folder: string): Promise<string> {
  return (await git(folder, "rev-parse", "--show-prefix")).trim();
}

/** The commit that is checked out in a folder. @throws InvalidInput */
export async function checkedOut(folder: string): Promise<string> {
  return (await git(folder, "rev-parse", "HEAD")).trim();
}

/** The files that are other than in the commit that is checked out; what git does not keep is none of them. @throws InvalidInput */
export async function changedFiles(folder: string): Promise<string[]> {
  const text = await git(
    folder,
    "-c",
    "core.quotePath=false",
    "status",
    "--porcelain",
    "--untracked-files=no",
  );
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(3)]));
}

/**
 * Whether what is checked out is a commit, or puts it and another one together, as GitHub does for a pull request. A
 * checkout without history has the parents' names in the commit all the same.
 */
export async function isTreeOf(folder: string, commit: string): Promise<boolean> {
  const text = await git(folder, "cat-file", "commit", "HEAD");
  return (await checkedOut(folder)) === commit || parentsIn(text).includes(commit);
}

/** The parents of a commit, by its text as git keeps it: what follows the first empty line is its message. */
export function parentsIn(commit: string): string[] {
  const [head = ""] = commit.split("\n\n");
  return [...head.matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, sha = ""]) => sha);
}

function git(folder: string, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("git", words, { cwd: folder, env: childEnvironment() }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
      reject(
        new InvalidInput("What is checked out here can't be told", [
          {
            where: folder,
            found: missing ? "no git on PATH" : stderr.trim() || error.message,
            expected: "run this in a git checkout of the repository",
          },
        ]),
      );
    });
  });
}
