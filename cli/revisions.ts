import { buildExpectations, isSource } from "../catalog/build";
import { show, type Violation } from "../settings/violations";
import { git } from "../stack/git";
import type { FoundBuilds } from "./artifacts";

/** A `--revision` option taken apart. */
export interface AskedRevision {
  service: string;
  source: string;
  /** A commit's 40 hexadecimal digits, a tag or a branch. */
  revision: string;
}

/** Takes `SERVICE=REPOSITORY@COMMIT`; in place of the commit a tag or a branch of the repository. */
export function parseRevisionOptions(values: readonly string[]): {
  revisions: AskedRevision[];
  violations: Violation[];
} {
  const revisions: AskedRevision[] = [];
  const violations: Violation[] = [];
  for (const value of values) {
    const [, service, source = "", revision = ""] = /^([^=/]*)=(.+)@([^@:]+)$/s.exec(value) ?? [];
    if (service === undefined) {
      const expected = "write SERVICE=REPOSITORY@COMMIT; a tag or a branch may stand in the commit's place";
      violations.push({ where: "--revision", found: show(hidden(value)), expected });
    } else if (!isSource(source)) {
      const expected = buildExpectations.source;
      violations.push({ where: `--revision ${service}`, found: show(hidden(source)), expected });
    } else if (!/^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(revision)) {
      const expected = "write a commit's 40 hexadecimal digits, a tag or a branch behind the @";
      violations.push({ where: `--revision ${service}`, found: show(revision), expected });
    } else revisions.push({ service, source, revision });
  }
  return { revisions, violations };
}

/** A server may be far away, and its list of branches long. */
const serverMs = 60_000;

/** Asks git which commits tags and branches mean. A whole commit is taken as it is: no server is asked for it. */
export async function commitsOf(asked: readonly AskedRevision[]): Promise<FoundBuilds> {
  const found: FoundBuilds = { builds: [], violations: [], warnings: [], broken: [] };
  for (const { service, source, revision } of asked) {
    const where = `--revision ${service}`;
    if (/^[0-9a-f]{40}$/.test(revision)) {
      found.builds.push([service, { build: { source, digest: `git:${revision}` } }]);
      continue;
    }
    try {
      const commit = await commitOf(source, revision);
      if (commit !== undefined) found.builds.push([service, { build: { source, digest: `git:${commit}` } }]);
      else {
        const expected = "push it first, or name the commit by its 40 hexadecimal digits";
        found.violations.push({ where, found: `${source} has no tag or branch ${revision}`, expected });
      }
    } catch (error) {
      const said = (error as Error).message.split("\n").at(-1) ?? "";
      found.broken.push(`${where}: git can't ask ${source}: ${said}`);
    }
  }
  return found;
}

/** An annotated tag means the commit behind it, and a tag comes before a branch of the same name. */
async function commitOf(source: string, name: string): Promise<string | undefined> {
  const wanted = [`refs/tags/${name}^{}`, `refs/tags/${name}`, `refs/heads/${name}`];
  const stdout = await git(["ls-remote", "--", source, ...wanted], {
    env: { GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: serverMs,
  });
  const commits = new Map(
    stdout.split("\n").map((line) => [line.split("\t")[1] ?? "", line.split("\t")[0] ?? ""]),
  );
  return wanted.map((ref) => commits.get(ref)).find((commit) => commit !== undefined);
}

/** What is refused for the password in it must not be printed with it. */
function hidden(text: string): string {
  return text.replace(/:\/\/[^/]*@/, "://…@");
}
