import { execFile } from "node:child_process";
import { childEnvironment } from "../settings/childEnvironment";
import type { Check } from "./check";
import type { Finding } from "./finding";

const name = "git";

/** Whether git is there: what a release was built from, and reviewed changes of a stack's file, come from it. */
export const git: Check = {
  name,
  look: ({ environment, folder, limit }) =>
    new Promise((resolve) => {
      const options = {
        env: childEnvironment(environment),
        cwd: folder,
        signal: limit.signal,
        killSignal: "SIGKILL",
      } as const;
      execFile("git", ["--version"], options, (error, stdout) =>
        resolve(judgeGit(error === null ? stdout : undefined)),
      );
    }),
};

/** @param said what `git --version` printed; undefined where it can't be run */
export function judgeGit(said: string | undefined): Finding {
  const version = /\d+(\.\d+)+/.exec(said ?? "")?.[0];
  if (version !== undefined) return { check: name, outcome: "ok", found: version };
  return {
    check: name,
    outcome: "missing",
    found: "git can't be run",
    get: "https://git-scm.com/downloads (Debian: apt-get install git)",
  };
}
