import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryFiles } from "../../review/repositoryFiles";
import { checkoutFrom, git } from "../github/checkoutAction";
import { runJob, type Ran } from "../github/workflowRun";
import { reviewStackSettings } from "./reviewed";

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
      expect(ran.text).to.contain("Pulumi.prod.yaml is as it was: there is nothing to preview.");
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
      "success Is the stack file touched, or proposed?",
      "failure Branches of this repository only",
      "skipped actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e",
      "skipped Packages and Pulumi",
    ]);
  });
});
