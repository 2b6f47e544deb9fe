import { relative, resolve, sep } from "node:path";
import { InvalidInput } from "../settings/violations";
import { Refused } from "../stack/endings";
import { git, GitProblem } from "../stack/git";

/** A folder's place in its repository, with a slash at its end where it is not the top. @throws InvalidInput */
export async function placeInRepository(folder: string): Promise<string> {
  return (await asked(folder, "rev-parse", "--show-prefix")).trim();
}

/** The top of the repository that a folder is in. @throws InvalidInput */
export async function topOf(folder: string): Promise<string> {
  return (await asked(folder, "rev-parse", "--show-toplevel")).trim();
}

/** The commit that is checked out in a folder. @throws InvalidInput */
export async function checkedOut(folder: string): Promise<string> {
  return (await asked(folder, "rev-parse", "HEAD")).trim();
}

/**
 * What keeps a working tree from being the commit that is checked out: files that are other than in it, and below the
 * project's folder those that it lacks and git does not ignore, since the program can read them.
 * @param folder of the project
 * @param own folder of the tool's own files, from the project's, which are none of it
 * @returns from the repository's top, or from the project's folder where the commit lacks them
 * @throws InvalidInput
 */
export async function notCommitted(folder: string, own: string): Promise<string[]> {
  const [changed, added] = await Promise.all([changedFiles(folder), addedFiles(folder, own)]);
  return [...changed, ...added.map((file) => `${file} (not in git)`)];
}

const mostNamed = 5;

/** So many of their names, in a line. */
export function named(files: readonly string[]): string {
  const others = files.length > mostNamed ? ` and ${files.length - mostNamed} more` : "";
  return `${files.slice(0, mostNamed).join(", ")}${others}`;
}

/**
 * What was reviewed is the commit, not what somebody has made of it here.
 * @param own as in `notCommitted`
 * @param nothing what was not done, such as `nothing was deployed`
 * @throws Refused with the files; InvalidInput
 */
export async function refuseNotCommitted(folder: string, own: string, nothing: string): Promise<void> {
  const files = await notCommitted(folder, own);
  if (files.length === 0) return;
  throw new Refused(
    `What is checked out here is not as it was committed (${named(files)}), so ${nothing}. See what is other: git status; ` +
      "to have the commit again: git restore --staged --worktree . ; a file that git does not have can be read by the program " +
      "all the same: remove it, or have git ignore it where the program does not need it (.git/info/exclude).",
  );
}

async function addedFiles(folder: string, own: string): Promise<string[]> {
  const place = relative(folder, resolve(folder, own));
  const inside = place !== "" && place !== ".." && !place.startsWith(`..${sep}`);
  const text = await asked(
    folder,
    ...["-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard", "--", "."],
    ...(inside ? [`:(exclude,literal)${place}`] : []),
  );
  return text.split("\n").filter((line) => line !== "");
}

async function changedFiles(folder: string): Promise<string[]> {
  const text = await asked(
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
  const text = await asked(folder, "cat-file", "commit", "HEAD");
  return (await checkedOut(folder)) === commit || parentsIn(text).includes(commit);
}

/** The parents of a commit, by its text as git keeps it: what follows the first empty line is its message. */
export function parentsIn(commit: string): string[] {
  const [head = ""] = commit.split("\n\n");
  return [...head.matchAll(/^parent ([0-9a-f]{40,64})$/gm)].map(([, sha = ""]) => sha);
}

async function asked(folder: string, ...words: string[]): Promise<string> {
  try {
    return await git(words, { folder });
  } catch (error) {
    if (!(error instanceof GitProblem)) throw error;
    throw new InvalidInput("What is checked out here can't be told", [
      {
        where: folder,
        found: error.message,
        expected:
          error.kind === "late" ? "look why: git status" : "run this in a git checkout of the repository",
      },
    ]);
  }
}
