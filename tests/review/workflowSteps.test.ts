import { expect } from "chai";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryFiles } from "../../review/repositoryFiles";
import { checkoutFrom, git } from "../github/checkoutAction";
import { runJob, type Ran } from "../github/workflowRun";
import { reviewStackSettings } from "./reviewed";

const root = join(__dirname, "..", "..");

/** A branch that is deployed from, with nothing but its stack file. */
async function branchOf(repository: string, name: string): Promise<string> {
  mkdirSync(repository);
  await git(repository, "init", "--quiet", "--initial-branch", name);
  writeFileSync(join(repository, "Pulumi.prod.yaml"), "config: {}\n");
  await git(repository, "add", ".");
  await git(repository, "commit", "--quiet", "--message", "Begin");
  return git(repository, "rev-parse", "HEAD");
}

describe("a run that is cancelled", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "knowngood-cancelled-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The command's own answer to signals is not what is looked at: one that says that it came, and ends. */
  const command = `
    process.on("SIGINT", () => { console.log("the command was told"); process.exit(130); });
    setTimeout(() => process.exit(0), 20_000);
    console.log("the command has begun");`;

  it("tells the command of it, through the step's shell and the set-up", async () => {
    const repository = join(folder, "repository");
    const sha = await branchOf(repository, "main");
    const workspace = mkdtempSync(join(folder, "workspace-"));
    const ran = await runJob({
      workflow: repositoryFiles(reviewStackSettings())["deploy-prod"]?.content ?? "",
      job: "deploy",
      github: {
        workspace,
        repository: "acme/shop",
        token: "a-token-of-the-run",
        api_url: "http://127.0.0.1:1",
        ref: "refs/heads/main",
        ref_name: "main",
        sha,
        event_name: "push",
        event: {},
      },
      actions: {
        "actions/checkout": checkoutFrom(repository, sha, (folder) => {
          for (const name of ["toolchain", "files", "package.json", "package-lock.json"])
            cpSync(join(root, name), join(folder, name), { recursive: true });
          symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
          mkdirSync(join(folder, "cli"));
          writeFileSync(join(folder, "cli", "knowngood.cjs"), command);
        }),
        "actions/setup-node": () => Promise.resolve(),
        "actions/upload-artifact": () => Promise.resolve(),
      },
      machine: process.env,
      cancelled: (text) => text.includes("the command has begun"),
    });
    expect(ran.text).to.match(/the command has begun\n(.*\n)*the command was told\n/);
    expect(ran.conclusion).to.equal("failure");
  });
});

describe("a night", () => {
  const folder = mkdtempSync(join(tmpdir(), "knowngood-nights-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("fails where the default branch is not the one that deployments run from, and looks at nothing", async () => {
    const repository = join(folder, "repository");
    const sha = await branchOf(repository, "renamed");
    const workspace = mkdtempSync(join(folder, "workspace-"));
    const ran = await runJob({
      workflow: repositoryFiles(reviewStackSettings()).nightly?.content ?? "",
      job: "prod",
      github: {
        workspace,
        repository: "acme/shop",
        token: "a-token-of-the-run",
        api_url: "http://127.0.0.1:1",
        ref: "refs/heads/renamed",
        ref_name: "renamed",
        sha,
        event_name: "schedule",
        event: {},
      },
      actions: { "actions/checkout": checkoutFrom(repository, sha) },
      machine: { PATH: process.env.PATH },
    });
    expect(ran.text).to.contain("::error::This ran on renamed, and deployments run from main alone.");
    expect(ran.steps.map(({ conclusion }) => conclusion)).to.deep.equal([
      "failure",
      ...Array<string>(ran.steps.length - 1).fill("skipped"),
    ]);
    expect(ran.conclusion).to.equal("failure");
  });
});

/** What the runs of pull requests do before anything of theirs is executed. */
describe("the preview of a pull request", () => {
  let folder: string;
  let repository: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-runs-"));
    repository = join(folder, "repository");
    mkdirSync(repository);
    await git(repository, "init", "--quiet", "--initial-branch", "main");
    await commit("Pulumi.prod.yaml", "config: { knowngood:imageTag: v1 }\n");
    await commit("Pulumi.test.yaml", "config: { knowngood:imageTag: v1 }\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const commit = async (file: string, text: string) => {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), text);
    await git(repository, "add", file);
    await git(repository, "commit", "--quiet", "--message", `Change ${file}`);
  };

  /** A pull request of one change, while the branch itself has moved on. @returns the merge of both */
  const proposed = async (branch: string, file: string) => {
    await git(repository, "checkout", "--quiet", "-b", branch, "main");
    await commit(file, `changed: ${branch}\n`);
    await git(repository, "checkout", "--quiet", "main");
    await commit("README.md", `before ${branch}\n`);
    await git(repository, "checkout", "--quiet", "--detach", "main");
    await git(repository, "merge", "--quiet", "--no-ff", "--message", "Merge", branch);
    const merge = await git(repository, "rev-parse", "HEAD");
    await git(repository, "checkout", "--quiet", "main");
    return merge;
  };

  const preview = (stack: string, sha: string, from: string, branch = "a-branch"): Promise<Ran> => {
    const workspace = mkdtempSync(join(folder, "workspace-"));
    return runJob({
      workflow: repositoryFiles(reviewStackSettings()).preview?.content ?? "",
      job: stack,
      github: {
        workspace,
        repository: "acme/shop",
        token: "a-token-of-the-run",
        api_url: "http://127.0.0.1:1",
        ref: "refs/pull/1/merge",
        ref_name: "1/merge",
        head_ref: branch,
        sha,
        event_name: "pull_request",
        event: { pull_request: { number: 1, head: { repo: { full_name: from } } } },
      },
      actions: { "actions/checkout": checkoutFrom(repository, sha) },
      machine: { PATH: process.env.PATH },
    });
  };
  const conclusions = ({ steps }: Ran) => steps.map(({ name, conclusion }) => `${conclusion} ${name}`);

  it("passes at once where the stack file is as it was, also for a fork", async () => {
    const sha = await proposed("docs", "docs.md");
    for (const from of ["acme/shop", "somebody/shop"]) {
      const ran = await preview("prod", sha, from);
      expect(ran.conclusion, ran.text).to.equal("success");
      expect(ran.text).to.contain(
        "Pulumi.prod.yaml, the releases and the program are as they were: there is nothing to preview.",
      );
      expect(ran.steps.map(({ conclusion }) => conclusion)).to.deep.equal([
        ...["success", "success", "skipped", "skipped", "skipped", "skipped"],
      ]);
    }
  });

  it("looks at the stack whose file is touched, and at no other", async () => {
    const sha = await proposed("of-test", "Pulumi.test.yaml");
    expect((await preview("prod", sha, "somebody/shop")).conclusion).to.equal("success");
    expect((await preview("test", sha, "somebody/shop")).conclusion).to.equal("failure");
  });

  it("looks at every stack where what all of them run is touched", async () => {
    for (const file of ["releases/v2.yaml", "index.ts", "components/service.ts", "Pulumi.yaml"]) {
      const sha = await proposed(`of-${file.replaceAll("/", "-")}`, file);
      for (const stack of ["prod", "test"])
        expect((await preview(stack, sha, "somebody/shop")).conclusion, file).to.equal("failure");
    }
    for (const file of ["components/README.md", "tests/components/service.test.ts"]) {
      const sha = await proposed(`of-${file.replaceAll("/", "-")}`, file);
      expect((await preview("prod", sha, "somebody/shop")).conclusion, file).to.equal("success");
    }
  });

  it("looks at a proposal that changes no file, too, and takes no branch's name for a command", async () => {
    const sha = await proposed("empty", "empty.md");
    expect((await preview("prod", sha, "somebody/shop", "knowngood/shop/prod/v1")).conclusion).to.equal(
      "failure",
    );
    for (const branch of [
      "knowngood/shop/test/v1",
      "knowngood/shop/test/prod",
      "$(exit 1)",
      "x ]] || exit 1 #",
    ])
      expect((await preview("prod", sha, "somebody/shop", branch)).conclusion, branch).to.equal("success");
  });

  it("fails for a fork that touches it, before anything of the fork's is run", async () => {
    const ran = await preview("prod", await proposed("rollback", "Pulumi.prod.yaml"), "somebody/shop");
    expect(ran.conclusion).to.equal("failure");
    expect(ran.text).to.contain("::error::A fork gets no secrets, so nothing can be previewed");
    expect(conclusions(ran).slice(1, 5)).to.deep.equal([
      "success Is the stack touched, or proposed?",
      "failure Branches of this repository only",
      "skipped actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e",
      "skipped Packages and Pulumi",
    ]);
  });
});
