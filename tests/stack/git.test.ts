import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, GitProblem, type GitOptions } from "../../stack/git";

describe("git, as it is asked", () => {
  let folder: string;
  const path = process.env.PATH;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-git-"))));
  afterEach(() => {
    process.env.PATH = path;
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    rmSync(folder, { recursive: true, force: true });
  });
  const problem = (words: string[], options: GitOptions = {}) =>
    git(words, { folder, ...options }).then(
      (text) => `said ${text}`,
      (error: unknown) =>
        error instanceof GitProblem ? [error.kind, error.message.split("\n")[0]].join(": ") : error,
    );

  it("says what it printed, of the folder that is named, and is told no secret", async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "a passphrase";
    await git(["init", "--quiet"], { folder });
    expect(await git(["rev-parse", "--show-prefix"], { folder })).to.equal("\n");
    const words = ["-c", "alias.told=!env", "told"];
    expect(await git(words, { folder }))
      .to.contain("PATH=")
      .and.not.to.contain("a passphrase");
  });

  it("tells apart its own no, that it is missing, and that it is late", async () => {
    expect(await problem(["rev-parse", "HEAD"])).to.match(/^no: fatal: not a git repository/);
    expect(await problem(["--version"], { signal: AbortSignal.abort() })).to.equal(
      "late: git did not answer in time",
    );
    // It waits for what nobody says.
    expect(await problem(["hash-object", "--stdin"], { timeoutMs: 50 })).to.equal(
      "late: git did not answer in time",
    );
    process.env.PATH = folder;
    expect(await problem(["--version"])).to.equal("missing: no git on PATH");
  });
});
