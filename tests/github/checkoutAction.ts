import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Action } from "./workflowRun";

const run = promisify(execFile);

/** Runs git in a folder, as an author of the tests' own, whatever the machine's user has set. */
export async function git(folder: string, ...words: string[]): Promise<string> {
  const { stdout } = await run("git", words, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      ...Object.fromEntries(
        ["AUTHOR", "COMMITTER"].flatMap((who) => [
          [`GIT_${who}_NAME`, "anna"],
          [`GIT_${who}_EMAIL`, "anna@acme.example"],
        ]),
      ),
    },
  });
  return stdout.trim();
}

/**
 * What `actions/checkout` does, from a git repository of this machine.
 * @param sha what is checked out where the step names nothing
 * @param then what the machine adds to the workspace, which git ignores there: it stands for the rest of the commit
 */
export function checkoutFrom(
  repository: string,
  sha: string,
  then: (workspace: string) => void = () => undefined,
): Action {
  return async ({ ref = sha, path = ".", "fetch-depth": depth = "1" }, workspace) => {
    const folder = join(workspace, path);
    mkdirSync(folder, { recursive: true });
    await git(repository, "config", "uploadpack.allowAnySHA1InWant", "true");
    await git(folder, "init", "--quiet");
    await git(folder, "fetch", "--quiet", "--depth", depth, `file://${repository}`, ref);
    await git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD");
    const committed = new Set(readdirSync(folder));
    then(folder);
    const added = readdirSync(folder).filter((name) => !committed.has(name));
    writeFileSync(join(folder, ".git", "info", "exclude"), added.map((name) => `/${name}\n`).join(""));
  };
}
