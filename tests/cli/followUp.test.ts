import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "../../settings/childEnvironment";
import { commitFile, leftLockText } from "../../updates/followUp";
import { atTerminal } from "./atTerminal";
import type { Ended } from "./commandLine";
import { runWith } from "./runWith";
import { StallingPulumi } from "./stallingPulumi";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("the commit that follows a move", () => {
  let project: StallingPulumi;
  beforeEach(() => {
    project = new StallingPulumi();
    git("init", "--quiet", "--initial-branch=main");
    git("config", "user.name", "a");
    git("config", "user.email", "a@b");
  });
  afterEach(() => project.dispose());

  const git = (...words: string[]) =>
    execFileSync("git", ["-C", project.folder, ...words], {
      env: childEnvironment(),
      encoding: "utf8",
      stdio: "pipe",
    });
  const words = ["rollback", "v1", "--stack", "prod", "--yes", "--commit"];
  const rollback = (): Promise<Ended> => runWith(project.folder, words, { env: project.environment });
  const begin = () => {
    git("add", "Pulumi.yaml", "Pulumi.prod.yaml");
    git("commit", "--quiet", "--message", "begin");
  };
  const subject = () => git("show", "--no-patch", "--format=%s").trim();
  /** A hook that says that it runs, and never ends. */
  const hangingHook = () => {
    const hooks = join(project.folder, ".git", "hooks");
    mkdirSync(hooks, { recursive: true });
    writeFileSync(
      join(hooks, "pre-commit"),
      `#!/bin/sh\n: > '${project.folder}/hook-runs'\nwhile [ -e '${project.folder}/hook-runs' ]; do sleep 0.05; done\n`,
      { mode: 0o755 },
    );
  };

  /** Interrupted as by a terminal, all of the group, once that file is there. */
  async function interruptedWhen(file: string): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [command, ...words], {
      ...{ cwd: project.folder, env: project.environment, detached: true },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    while (!existsSync(file) && child.exitCode === null) await sleep(10);
    expect(child.exitCode, `It ended before that moment:\n${said}`).to.equal(null);
    process.kill(-(child.pid ?? 0), "SIGINT");
    return { code: await ended, said };
  }

  it("is left to a person where HEAD is detached", async () => {
    begin();
    git("checkout", "--quiet", "--detach");
    const { code, stderr } = await rollback();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain("HEAD is detached: a commit would be on no branch, so none is made.");
    expect(stderr).to.contain(
      "To commit it: git switch BRANCH && git commit -m 'prod: v1' -- Pulumi.prod.yaml\n",
    );
    expect(subject()).to.equal("begin");
  });

  it("is of the file that a symbolic link leads to", async () => {
    mkdirSync(join(project.folder, "config"));
    renameSync(project.stackFile, join(project.folder, "config", "prod.yaml"));
    symlinkSync(join("config", "prod.yaml"), project.stackFile);
    git("add", "config");
    begin();
    const { code, stderr } = await rollback();
    expect(code, stderr).to.equal(0);
    expect(subject()).to.equal("prod: v1");
    expect(git("show", "HEAD:config/prod.yaml")).to.equal(project.stackText.replace("v2", "v1"));
  });

  it("has no other changes of that file that nobody spoke of", async () => {
    begin();
    writeFileSync(project.stackFile, `${project.stackText}  knowngood:protected: false\n`);
    const { code, stderr } = await rollback();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain("It has other changes as well, which would be committed with it.");
    expect(stderr).to.contain("To commit it: git commit -m 'prod: v1' -- Pulumi.prod.yaml\n");
    expect(subject()).to.equal("begin");
  });

  it("is given up where a hook hangs", async () => {
    begin();
    hangingHook();
    writeFileSync(project.stackFile, project.stackText.replace("v2", "v1"));
    const failed = await commitFile(project.stackFile, "prod: v1", {
      ...{ signal: new AbortController().signal, within: 1 },
    }).catch((error: Error) => error.message);
    expect(failed).to.equal("git did not end in 1 s, with the hooks of the repository.");
    expect(existsSync(join(project.folder, ".git", "index.lock"))).to.equal(false);
  });

  it("names the lock that git has left where it was ended by force", async () => {
    begin();
    hangingHook();
    const hook = join(project.folder, ".git", "hooks", "pre-commit");
    // Git takes away files alone, so that this one stays as after SIGKILL; it needs its own until the hook has run.
    const stays = "rm -f .git/index.lock\nmkdir .git/index.lock\n";
    writeFileSync(hook, readFileSync(hook, "utf8").replace("#!/bin/sh\n", `#!/bin/sh\n${stays}`));
    writeFileSync(project.stackFile, project.stackText.replace("v2", "v1"));
    const ending = new AbortController();
    const failure = commitFile(project.stackFile, "prod: v1", { signal: ending.signal }).catch(
      (error: unknown) => error,
    );
    while (!existsSync(join(project.folder, "hook-runs"))) await sleep(10);
    ending.abort();
    await failure;
    const lock = join(realpathSync(project.folder), ".git", "index.lock");
    expect(await leftLockText(realpathSync(project.folder))).to.contain(` It has left ${lock}, which keeps`);
    rmSync(lock, { recursive: true });
    expect(await leftLockText(project.folder)).to.equal("");
  });

  it("leaves a file that git did not have out of the index where it fails", async () => {
    git("add", "Pulumi.yaml");
    git("commit", "--quiet", "--message", "begin");
    mkdirSync(join(project.folder, ".git", "hooks"), { recursive: true });
    writeFileSync(join(project.folder, ".git", "hooks", "pre-commit"), "#!/bin/sh\necho no\nexit 1\n", {
      mode: 0o755,
    });
    const { code, stderr } = await rollback();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain("Pulumi.prod.yaml could not be committed: no\n");
    const typed = "git add -- Pulumi.prod.yaml && git commit -m 'prod: v1' -- Pulumi.prod.yaml";
    expect(stderr).to.contain(`To commit it: ${typed}\n`);
    expect(git("ls-files")).to.equal("Pulumi.yaml\n");
    rmSync(join(project.folder, ".git", "hooks", "pre-commit"));
    execFileSync("sh", ["-c", typed], { cwd: project.folder, env: childEnvironment(), stdio: "pipe" });
    expect(subject()).to.equal("prod: v1");
  });

  it("is made of a file that git did not have, and of nothing else that is staged", async () => {
    git("add", "Pulumi.yaml");
    git("commit", "--quiet", "--message", "begin");
    writeFileSync(join(project.folder, "other"), "x");
    git("add", "other");
    await commitFile(project.stackFile, "prod: v1", { signal: new AbortController().signal });
    expect(git("show", "--name-only", "--format=%s").trim()).to.equal("prod: v1\n\nPulumi.prod.yaml");
    expect(git("diff", "--cached", "--name-only")).to.equal("other\n");
  });

  it("is ended by Ctrl-C, with the hook that hangs", async () => {
    begin();
    hangingHook();
    const { code, said } = await interruptedWhen(join(project.folder, "hook-runs"));
    expect(code, said).to.equal(130);
    expect(said).to.contain(
      "prod runs v1, and its gates have passed; only the commit of its stack file is open.",
    );
    expect(said.trimEnd().endsWith("To go on: git commit -m 'prod: v1' -- Pulumi.prod.yaml"), said).to.equal(
      true,
    );
    expect(readFileSync(project.stackFile, "utf8")).to.contain("v1");
    expect(subject()).to.equal("begin");
  });

  const offered = (keys: string) =>
    atTerminal(
      project,
      ["Roll back to v1 on prod?", "y"],
      ['Commit Pulumi.prod.yaml alone, as "prod: v1"?', keys],
    );

  it("is made where a person takes the offer", async () => {
    begin();
    const { code, said } = await offered("y");
    expect(code, said).to.equal(0);
    expect(subject()).to.equal("prod: v1");
  });

  it("is not made where Ctrl-C answers the offer, which says what runs, what is open, and what to type", async () => {
    begin();
    const { code, said } = await offered("\u0003");
    expect(code, said).to.equal(130);
    expect(said).to.contain(
      "Pulumi.prod.yaml is not committed: a deployment from the repository would undo this.",
    );
    expect(said).to.contain(
      "Interrupted. prod runs v1, and its gates have passed; only the commit of its stack file is open. To go on: git commit -m 'prod: v1' -- Pulumi.prod.yaml",
    );
    expect(readFileSync(project.stackFile, "utf8")).to.equal(project.stackText.replace("v2", "v1"));
    expect(subject()).to.equal("begin");
  });

  it("is still spoken of where Ctrl-C comes while git is asked whether there is anything to commit", async () => {
    begin();
    const asked = join(project.folder, "asked");
    const monitor = join(project.folder, "monitor");
    writeFileSync(monitor, `#!/bin/sh\n: > '${asked}'\nwhile [ -e '${asked}' ]; do sleep 0.05; done\n`, {
      mode: 0o755,
    });
    git("config", "core.fsmonitor", monitor);
    try {
      const { code, said } = await interruptedWhen(asked);
      expect(code, said).to.equal(130);
      expect(
        said.trimEnd().endsWith("To go on: git commit -m 'prod: v1' -- Pulumi.prod.yaml"),
        said,
      ).to.equal(true);
    } finally {
      rmSync(asked, { force: true });
    }
  });
});
