import { realpathSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
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

/** The commit as a person types it, from this folder. */
export function commitCommand(file: string, message: string): string {
  const { folder, name } = placeInGit(file);
  const isLink = realpathSync(".") + "/" + file !== `${folder}/${name}`;
  const from = isLink ? ` -C ${quoted(relative(realpathSync("."), folder) || ".")}` : "";
  return `git${from} commit -m ${quoted(message)} -- ${quoted(isLink ? name : file)}`;
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
 * Commits that file alone, whatever else is staged.
 * @throws Error with what git said, or that it did not end in time; what `options.signal` says
 */
export async function commitFile(file: string, message: string, options: GitOptions): Promise<void> {
  const { folder, name } = placeInGit(file);
  const { within = usualSeconds } = options;
  for (const words of [
    ["add", "--", name],
    ["commit", "--quiet", "--message", message, "--", name],
  ]) {
    const { exitCode, timedOut, output } = await git(folder, words, options);
    if (timedOut)
      throw new Error(
        `git did not end in ${within} s: a hook of the repository hangs, or waits for an answer`,
      );
    if (exitCode !== 0) throw new Error(output.trim() || `git ${words[0] ?? ""} failed`);
  }
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
