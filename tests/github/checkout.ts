import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestGitHub } from "./github";

interface Person {
  name: string;
  email: string;
  date: string;
}

interface TestCommit {
  sha: string;
  message: string;
  tree: { sha: string };
  parents: { sha: string }[];
  author: Person;
  committer: Person;
}

/**
 * Checks a commit of the repository out into a folder, as `actions/checkout` does: that commit alone, without what was
 * before it. What the folder has besides stays.
 */
export async function checkOut(github: TestGitHub, sha: string, folder: string): Promise<void> {
  if (!existsSync(join(folder, ".git"))) git(folder, ["init", "--quiet"]);
  await bringCommit(github, sha, folder);
  writeFileSync(join(folder, ".git", "shallow"), `${sha}\n`);
  git(folder, ["checkout", "--quiet", "--force", "--detach", sha]);
}

/**
 * Brings a commit of the repository, with its tree, into a git repository of this machine, under its own name: the
 * emulator has no git protocol, and names objects as git does.
 * @returns its parents, which are not brought
 */
export async function bringCommit(github: TestGitHub, sha: string, folder: string): Promise<string[]> {
  const commit = (await github.ask(`git/commits/${sha}`)) as TestCommit;
  const { tree } = (await github.ask(`git/trees/${commit.tree.sha}?recursive=1`)) as {
    tree: { path: string; mode: string; type: string; sha: string }[];
  };
  git(folder, ["read-tree", "--empty"]);
  for (const { path, mode, type, sha: blob } of tree) {
    if (type !== "blob") continue;
    const { content } = (await github.ask(`git/blobs/${blob}`)) as { content: string };
    git(folder, ["hash-object", "-w", "--stdin"], Buffer.from(content, "base64"));
    git(folder, ["update-index", "--add", "--cacheinfo", `${mode},${blob},${path}`]);
  }
  const parents = commit.parents.map((parent) => parent.sha);
  const text = [
    `tree ${git(folder, ["write-tree"])}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${signed(commit.author)}`,
    `committer ${signed(commit.committer)}`,
    "",
    commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`,
  ].join("\n");
  const own = git(folder, ["hash-object", "-t", "commit", "-w", "--stdin"], text);
  if (own !== sha) throw new Error(`${sha} was made as ${own}`);
  return parents;
}

/** Runs git in a folder. @throws Error where it says no */
export function git(folder: string, words: string[], input?: Buffer | string): string {
  return execFileSync("git", words, { cwd: folder, input, encoding: "utf8" }).trim();
}

function signed({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
}
