import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackFileStatus } from "../../stack/stackFileStatus";

describe("whether the stack file is what others see", () => {
  const file = "Pulumi.prod.yaml";
  const before = process.cwd();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-git-"));
    process.chdir(folder);
    write("v1");
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (tag: string) => writeFileSync(file, `config:\n  shop:imageTag: ${tag}\n`);
  const git = (...words: string[]) => {
    const own = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...own, ...words], { stdio: "pipe", encoding: "utf8" });
  };
  const change = async () => (await stackFileStatus(file, new AbortController().signal)).change;

  it("follows a file from outside of git to a pushed commit", async () => {
    expect(await change()).to.equal(undefined);
    git("init", "--quiet", "--initial-branch=main");
    expect(await change()).to.equal("not in git");
    git("add", file);
    expect(await change()).to.equal("not committed");
    git("commit", "--quiet", "--message", "v1");
    // A branch that follows none is pushed nowhere.
    expect(await change()).to.equal(undefined);
    git("init", "--quiet", "--bare", "remote.git");
    git("remote", "add", "origin", join(folder, "remote.git"));
    git("push", "--quiet", "--set-upstream", "origin", "main");
    write("v2");
    expect(await change()).to.equal("not committed");
    git("commit", "--quiet", "--all", "--message", "v2");
    expect(await change()).to.equal("not pushed");
    git("push", "--quiet");
    expect(await change()).to.equal(undefined);
    // What changes beside it is none of its own.
    writeFileSync("README.md", "");
    git("add", "README.md");
    git("commit", "--quiet", "--message", "docs");
    expect(await change()).to.equal(undefined);
  });

  it("is not asked of one that git is told to ignore, and not known where git hangs", async () => {
    git("init", "--quiet");
    writeFileSync(".gitignore", file);
    expect(await change()).to.equal(undefined);
    const over = stackFileStatus(file, AbortSignal.abort());
    expect(await over.catch((error: Error) => error.message)).to.equal("git did not answer in time");
  });
});
