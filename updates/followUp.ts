import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { quoted } from "../components/ownCommand";
import { runToEnd } from "../gates/runToEnd";
import { childEnvironment } from "../settings/childEnvironment";
import { withSettings } from "./stackFile";

/** Seconds that git, with the hooks of the repository, may take. */
const usualSeconds = 60;

/** The message of the commit, in a line. */
export function commitMessage(stack: string, tag: string, reason: string | undefined): string {
  return reason === undefined ? `${stack}: ${tag}` : `${stack}: ${tag}: ${reason}`;
}

/** Where a stack file really lies: git sees a symbolic link alone, not what it leads to. */
export function placeInGit(file: string): { folder: string; name: string } {
  const real = realpathSync(file);
  return { folder: dirname(real), name: basename(real) };
}

/**
 * The commit as a person types it, from this folder.
 * @param untracked whether git does not know the file yet, so that a commit alone would not find it
 */
export function commitCommand(file: string, message: string, untracked = false): string {
  const { folder, name } = placeInGit(file);
  const isLink = realpathSync(".") + "/" + file !== `${folder}/${name}`;
  const from = isLink ? ` -C ${quoted(relative(realpathSync("."), folder) || ".")}` : "";
  const place = quoted(isLink ? name : file);
  const add = untracked ? `git${from} add -- ${place} && ` : "";
  return `${add}git${from} commit -m ${quoted(message)} -- ${place}`;
}

/** How a stack file stands in its repository. */
export interface FileInGit {
  /** Whether a commit would be on no branch. */
  detached: boolean;
  /** What the last commit has of it; undefined where it has none. */
  committed: string | undefined;
}

/** @throws what `options.signal` says */
export async function lookInGit(file: string, options: GitOptions): Promise<FileInGit> {
  const { folder, name } = placeInGit(file);
  const branch = await git(folder, ["symbolic-ref", "--quiet", "HEAD"], options);
  const text = await git(folder, ["show", `HEAD:./${name}`], options);
  return {
    detached: branch.exitCode !== 0,
    committed: text.exitCode === 0 ? text.output : undefined,
  };
}

/** What a move sets in a stack file. */
const settingsOfMoves = {
  ...{ imageTag: "", stepDown: undefined, acknowledge: undefined, retry: undefined },
  "record.reason": undefined,
};

/** Whether a stack file differs from its last commit by more than what moves set. */
export function changedElsewhere(before: string, after: string, namespace: string, file: string): boolean {
  const rest = (text: string) => withSettings(text, namespace, settingsOfMoves, file).trimEnd();
  try {
    return rest(before) !== rest(after);
  } catch {
    return true;
  }
}

export interface GitOptions {
  /** Ends it, with the hooks that it runs. */
  signal: AbortSignal;
  /** Seconds that it may take. @default 60 */
  within?: number;
}

/**
 * Commits that file alone, whatever else is staged. Where that fails, nothing more is staged than before.
 * @throws Error with what git said, or that it did not end in time; what `options.signal` says
 */
export async function commitFile(file: string, message: string, options: GitOptions): Promise<void> {
  const { folder, name } = placeInGit(file);
  const known = await git(folder, ["ls-files", "--error-unmatch", "--", name], options);
  const untracked = known.exitCode !== 0;
  // A commit of a file takes it from the folder; git has to know of it alone.
  if (untracked) await done(folder, ["add", "--intent-to-add", "--", name], options);
  try {
    await done(folder, ["commit", "--quiet", "--message", message, "--", name], options);
  } catch (error) {
    if (untracked) await forget(folder, name);
    throw error;
  }
}

/** @throws Error with what git said, or that it did not end in time */
async function done(folder: string, words: readonly string[], options: GitOptions): Promise<void> {
  const { within = usualSeconds } = options;
  const { exitCode, timedOut, output } = await git(folder, words, options);
  if (timedOut)
    throw new Error(
      `git did not end in ${within} s, with the hooks of the repository.${await leftLockText(folder)}`,
    );
  if (exitCode !== 0) throw new Error(output.trim() || `git ${words[0] ?? ""} failed`);
}

/** What was not to be committed is not to be in the next commit of somebody else either. */
async function forget(folder: string, name: string): Promise<void> {
  const { signal } = new AbortController();
  await git(folder, ["rm", "--cached", "--quiet", "--force", "--", name], { signal });
}

/** Tells of the lock that a git leaves which was ended by force, and which refuses every later one; empty where there is none. */
export async function leftLockText(folder: string): Promise<string> {
  const { signal } = new AbortController();
  const { exitCode, output } = await git(folder, ["rev-parse", "--git-path", "index.lock"], { signal });
  const lock = resolve(folder, output.trim());
  if (exitCode !== 0 || !existsSync(lock)) return "";
  return ` It has left ${lock}, which keeps git from the next commit: remove it once no git runs there.`;
}

async function git(folder: string, words: readonly string[], { signal, within = usualSeconds }: GitOptions) {
  const ended = await runToEnd(["git", "-C", folder, ...words], {
    environment: childEnvironment(),
    within,
    grace: 2,
    signal,
  });
  signal.throwIfAborted();
  return ended;
}
