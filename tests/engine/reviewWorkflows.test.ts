import { expect } from "chai";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { githubClient } from "../../catalog/githubClient";
import { repositoryFiles } from "../../review/repositoryFiles";
import { checkName } from "../../review/reviewedCheck";
import type { Workflow } from "../../review/workflows/workflowText";
import { load } from "js-yaml";
import { checkoutFrom, git } from "../github/checkoutAction";
import { startGitHub, type TestGitHub } from "../github/github";
import { mergeOf, mirror } from "../github/mirror";
import { runJob, type Ran } from "../github/workflowRun";
import { reviewStackSettings } from "../review/reviewed";
import { freePorts } from "./freePorts";
import { answering, servicePort } from "./images";
import { Workspace } from "./workspace";

const root = join(__dirname, "..", "..");
/** What a team's repository has besides its own stack files and catalog: this program. */
const program = readdirSync(root).filter(
  (name) => !/^(\..*|Pulumi\..+\.yaml|README\.md|releases|tests|docs|bench|demo|node_modules)$/.test(name),
);

describe("the workflows of the review stack, each step as it stands", () => {
  let workspace: Workspace;
  let github: TestGitHub;
  let repository: string;
  let port = 0;
  before(async () => {
    workspace = new Workspace();
    github = await startGitHub([
      { id: 15368, permissions: { contents: "write", checks: "write", pull_requests: "write" } },
    ]);
    repository = join(workspace.folder, "repository");
    mkdirSync(repository);
    await git(repository, "init", "--quiet");
    [port = 0] = await freePorts(1);
    for (const tag of ["v1", "v2"])
      workspace.release(tag, { services: { api: await answering(workspace, "api", tag) } });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: { api: { ports: [{ container: servicePort, host: port }], health: { path: "/health" } } },
      gates: { health: { within: 60, every: 1, successes: 1 } },
      review: { repository: "acme/shop", api: github.url },
      // Outside of the runner's workspace, which is gone after each run.
      record: { folder: kept() },
    });
    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    for (const file of ["Pulumi.prod.yaml", "releases/v1.yaml", "releases/v2.yaml"])
      await put("main", file, readFileSync(join(workspace.folder, file), "utf8"));
  });
  after(async () => {
    await workspace.dispose();
    await github.close();
  });

  const kept = () => join(workspace.folder, "kept");
  const put = async (branch: string, path: string, text: string) => {
    const now = (await github.ask(`contents/${path}?ref=${branch}`).catch(() => undefined)) as
      { sha: string } | undefined;
    await github.ask(`contents/${path}`, "PUT", {
      ...{ branch, message: `Change ${path}`, content: Buffer.from(text).toString("base64") },
      ...(now !== undefined && { sha: now.sha }),
    });
  };
  const tip = async (branch: string) =>
    ((await github.ask(`git/ref/heads/${branch}`)) as { object: { sha: string } }).object.sha;

  /** Opens a pull request that changes the stack file. */
  const propose = async (branch: string, change: (text: string) => string): Promise<number> => {
    await github.ask("git/refs", "POST", { ref: `refs/heads/${branch}`, sha: await tip("main") });
    const file = (await github.ask("contents/Pulumi.prod.yaml?ref=main")) as { content: string };
    await put(branch, "Pulumi.prod.yaml", change(Buffer.from(file.content, "base64").toString()));
    const pull = await github.ask("pulls", "POST", { title: branch, head: branch, base: "main" });
    return (pull as { number: number }).number;
  };

  /** A token that may do what the job says, and no more. */
  const tokenFor = async (permissions: Record<string, string>) => {
    const place = {
      api: github.url,
      repository: "acme/shop",
      token: { id: "15368", privateKey: github.key, installation: 153680 },
    };
    const { octokit } = await githubClient(place, 5, AbortSignal.timeout(30_000));
    const asked = Object.fromEntries(
      Object.entries(permissions)
        .filter(([name]) => name !== "id-token")
        .map(([name, value]) => [name.replaceAll("-", "_"), value]),
    );
    return ((await octokit.auth({ type: "installation", permissions: asked })) as { token: string }).token;
  };

  const runWorkflow = async (
    name: string,
    job: string,
    sha: string,
    event: { name: string; ref: string; branch?: string; more?: object },
  ): Promise<Ran> => {
    const workflow = repositoryFiles(reviewStackSettings())[name]?.content ?? "";
    const { permissions } = (load(workflow) as Workflow).jobs[job] ?? {};
    const folder = mkdtempSync(join(workspace.folder, "run-"));
    const at = join(folder, "workspace");
    mkdirSync(at);
    const machine = Object.fromEntries(
      ["PATH", "HOME", "PULUMI_HOME", "KNOWNGOOD_CACHE", "XDG_CACHE_HOME", "TMPDIR"].map((key) => [
        key,
        process.env[key],
      ]),
    );
    return runJob({
      workflow,
      job,
      github: {
        workspace: at,
        repository: "acme/shop",
        token: await tokenFor(permissions ?? {}),
        api_url: github.url,
        ref: event.ref,
        ref_name: event.ref.split("/").slice(2).join("/"),
        ...(event.branch !== undefined && { head_ref: event.branch }),
        sha,
        event_name: event.name,
        event: event.more ?? {},
      },
      vars: { PULUMI_BACKEND_URL: workspace.env.PULUMI_BACKEND_URL ?? "" },
      secrets: { PULUMI_CONFIG_PASSPHRASE: workspace.env.PULUMI_CONFIG_PASSPHRASE ?? "" },
      machine: { ...machine, DOCKER_HOST: workspace.env.DOCKER_HOST, KNOWNGOOD_DOWNLOADS: "off" },
      actions: {
        "actions/checkout": checkoutFrom(repository, sha, (folder) => {
          for (const name of program) cpSync(join(root, name), join(folder, name), { recursive: true });
          symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
        }),
        "actions/setup-node": () => Promise.resolve(),
        "actions/upload-artifact": () => Promise.resolve(),
      },
    });
  };

  const preview = async (number: number, branch: string): Promise<Ran> => {
    const [base, head] = [await tip("main"), await tip(branch)];
    await mirror(github, base, repository);
    await mirror(github, head, repository);
    return runWorkflow("preview", "prod", await mergeOf(repository, base, head), {
      name: "pull_request",
      ref: `refs/pull/${number}/merge`,
      branch,
      more: { pull_request: { number, head: { sha: head, repo: { full_name: "acme/shop" } } } },
    });
  };
  const onMain = async (name: string, job: string): Promise<Ran> => {
    const sha = await tip("main");
    await mirror(github, sha, repository);
    return runWorkflow(name, job, sha, { name: "push", ref: "refs/heads/main" });
  };
  const served = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();

  it("preview a pull request, say on it what it means, and deploy what was approved and merged", async () => {
    const number = await propose("forward", (text) => text.replace(/(imageTag.*)v1/, "$1v2"));
    const previewed = await preview(number, "forward");
    expect(previewed.conclusion, previewed.text).to.equal("success");
    const comments = (await github.ask(`issues/${number}/comments`)) as { body: string }[];
    expect(comments).to.have.length(1);
    expect(comments[0]?.body).to.contain("forward from v1 to v2");
    const { check_runs: checks } = (await github.ask(`commits/${await tip("forward")}/check-runs`)) as {
      check_runs: { name: string; conclusion: string }[];
    };
    expect(checks.map(({ name, conclusion }) => `${name} ${conclusion}`)).to.deep.equal([
      `${checkName("prod")} success`,
    ]);
    expect(await served()).to.equal("v1");
    await github.ask(`pulls/${number}/merge`, "PUT", {});
    const unseen = await onMain("deploy-prod", "deploy");
    expect(unseen.conclusion, unseen.text).to.equal("failure");
    expect(unseen.text).to.contain("Nobody has approved the last commit of ");
    expect(await served()).to.equal("v1");
    await github.review(number);
    const deployed = await onMain("deploy-prod", "deploy");
    expect(deployed.conclusion, deployed.text).to.equal("success");
    expect(await served()).to.equal("v2");
    const records = readFileSync(join(kept(), "records.jsonl"), "utf8").trimEnd().split("\n");
    expect(JSON.parse(records.at(-1) ?? "")).to.deep.include({ direction: "forward", outcome: "passed" });
  });

  it("fail for a pull request that a guard refuses", async () => {
    const number = await propose("unknown", (text) => text.replace(/(imageTag.*)v2/, "$1v9"));
    const previewed = await preview(number, "unknown");
    expect(previewed.conclusion, previewed.text).to.equal("failure");
    expect(previewed.text).to.contain("v9");
  });

  it("look each night whether the world is what the branch says", async () => {
    const quiet = await onMain("nightly", "prod");
    expect(quiet.conclusion, quiet.text).to.equal("success");
    await workspace.docker("rm", "--force", `${workspace.prefix}-prod-api`);
    const drifted = await onMain("nightly", "prod");
    expect(drifted.conclusion, drifted.text).to.equal("failure");
    expect(drifted.steps.find(({ name }) => name === "Drift")?.conclusion).to.equal("failure");
  });
});
