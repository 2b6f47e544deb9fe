import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { repositoryFiles } from "../../review/repositoryFiles";
import type { ReviewStackSettings } from "../../review/reviewStackSettings";
import { pinnedActions } from "../../review/workflows/pinnedActions";
import type { Step, Workflow } from "../../review/workflows/workflowText";
import { provideActionlint } from "../../toolchain/actionlint/provide.mjs";
import { goodReview, reviewStackSettings } from "./reviewed";

const run = promisify(execFile);

const plain = reviewStackSettings();
const everything = reviewStackSettings({
  branch: "release/live",
  stacks: { ...goodReview.stacks, live_2: { environment: "live.two", reviewers: ["bo"], selfReview: true } },
  workflows: {
    node: "22.11.0",
    runsOn: ["self-hosted", "linux"],
    previewsRunOn: ["self-hosted", "x64"],
    previewEnvironment: "previews",
    variables: { PULUMI_BACKEND_URL: "STATE_URL", DOCKER_HOST: "DOCKER_HOST" },
    secrets: { PULUMI_CONFIG_PASSPHRASE: "PASSPHRASE", PULUMI_ACCESS_TOKEN: "PULUMI_ACCESS_TOKEN" },
    aws: { deployRole: "AWS_DEPLOY_ROLE", readRole: "AWS_READ_ROLE", region: "eu-central-1" },
    nightly: "0 4 * * 1-5",
    minutes: 90,
  },
});

const workflowFiles = (settings: ReviewStackSettings) =>
  Object.values(repositoryFiles(settings)).filter(({ path }) => path.endsWith(".yml"));
const read = (settings: ReviewStackSettings, name: string) => {
  const found = repositoryFiles(settings)[name];
  if (found === undefined) throw new Error(`no file ${name}`);
  return load(found.content) as Workflow & { on: Record<string, unknown> };
};
const all = [plain, everything].flatMap((settings) =>
  workflowFiles(settings).map(({ path, content }) => ({
    path,
    content,
    workflow: load(content) as Workflow,
  })),
);
const jobsOf = ({ jobs }: Workflow) => Object.values(jobs);
const stepsOf = (workflow: Workflow) => jobsOf(workflow).flatMap(({ steps }) => steps);
const secretsIn = (value: unknown) =>
  /\$\{\{[^}]*(secrets\.|github\.token|aws-s)/.test(JSON.stringify(value) ?? "");

describe("the workflows of a review", () => {
  it("are the files of the repository, one to deploy each stack", () => {
    expect(Object.values(repositoryFiles(plain)).map(({ path }) => path)).to.deep.equal([
      ".github/CODEOWNERS",
      ".github/workflows/knowngood-preview.yml",
      ".github/workflows/knowngood-deploy-prod.yml",
      ".github/workflows/knowngood-deploy-test.yml",
      ".github/workflows/knowngood-nightly.yml",
    ]);
  });

  it("have nothing that actionlint finds", async function () {
    // Built on a machine that sees it for the first time.
    this.timeout(600_000);
    const actionlint = await provideActionlint({ say: () => undefined });
    const folder = mkdtempSync(join(tmpdir(), "knowngood-actionlint-"));
    try {
      const files = [plain, everything].flatMap((settings, index) =>
        workflowFiles(settings).map(({ path, content }) => {
          const file = join(folder, String(index), path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, content);
          return file;
        }),
      );
      // The labels of self-hosted runners are the user's own.
      const { stdout } = await run(actionlint, ["-no-color", "-shellcheck=", "-pyflakes=", ...files]);
      expect(stdout).to.equal("");
      const bad = join(folder, "bad.yml");
      writeFileSync(
        bad,
        "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.event.pull_request.title }}'}]}}\n",
      );
      const found = await run(actionlint, ["-no-color", bad]).catch((error: { stdout: string }) => error);
      expect(found.stdout).to.contain("potentially untrusted");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("pin each action by its whole commit, with the version beside it", () => {
    const pins = Object.values(pinnedActions).map(({ uses, version }) => `${uses} # ${version}`);
    for (const { uses, version } of Object.values(pinnedActions)) {
      expect(uses).to.match(/^[a-z-]+\/[a-z-]+@[0-9a-f]{40}$/);
      expect(version).to.match(/^v\d+\.\d+\.\d+$/);
    }
    for (const { content } of all)
      for (const [, used] of content.matchAll(/uses: (.*)/g)) expect(pins).to.include(used);
  });

  it("may do nothing that is not named, job by job", () => {
    const permissions = (settings: ReviewStackSettings, name: string) =>
      jobsOf(read(settings, name)).map((job) => job.permissions);
    for (const { workflow } of all) expect(workflow.permissions).to.deep.equal({});
    expect(permissions(plain, "preview")[0]).to.deep.equal({
      contents: "read",
      checks: "write",
      "pull-requests": "write",
    });
    expect(permissions(plain, "deploy-prod")).to.deep.equal([
      { contents: "read", checks: "read", "pull-requests": "read" },
    ]);
    expect(permissions(plain, "nightly")[0]).to.deep.equal({ contents: "read" });
    for (const name of ["preview", "deploy-prod", "nightly"])
      for (const of of permissions(everything, name)) expect(of).to.include({ "id-token": "write" });
  });

  it("let no expression into a shell, and keep no token in the checkout", () => {
    for (const { path, workflow } of all)
      for (const step of stepsOf(workflow)) {
        if (step.run !== undefined) expect(step.run, path).not.to.contain("${{");
        if (step.uses === pinnedActions.checkout.uses)
          expect(step.with, path).to.include({ "persist-credentials": false });
      }
  });

  it("give secrets to the steps alone that ask the backend, never to what installs packages", () => {
    for (const { path, workflow } of all)
      for (const { steps, ...job } of jobsOf(workflow)) {
        expect(secretsIn(job), path).to.equal(false);
        for (const step of steps.filter(secretsIn))
          expect(step.run, path).to.match(
            /^exec node toolchain\/setup\.mjs run -- (node cli\/knowngood\.cjs|pulumi) /,
          );
      }
    for (const { workflow } of all) expect(secretsIn({ ...workflow, jobs: {} })).to.equal(false);
  });

  it("preview what a pull request would merge, and never by pull_request_target", () => {
    const { on, jobs } = read(plain, "preview");
    expect(on).to.deep.equal({ pull_request: { branches: ["main"] } });
    expect(Object.values(jobs).map(({ name }) => name)).to.deep.equal(["preview prod", "preview test"]);
    // A required check that is skipped counts as passed.
    for (const job of Object.values(jobs)) expect(job).not.to.have.any.keys("if", "environment");
    for (const { content } of all) expect(content).not.to.contain("pull_request_target");
  });

  it("preview on a runner of their own, in an environment of their own, where settings say so", () => {
    const runners = (settings: ReviewStackSettings, name: string) =>
      new Set(jobsOf(read(settings, name)).map((job) => job["runs-on"].join()));
    expect(runners(everything, "preview")).to.deep.equal(new Set(["self-hosted,x64"]));
    for (const name of ["deploy-prod", "nightly"])
      expect(runners(everything, name)).to.deep.equal(new Set(["self-hosted,linux"]));
    expect(runners(plain, "preview")).to.deep.equal(new Set(["ubuntu-24.04"]));
    for (const { environment } of jobsOf(read(everything, "preview")))
      expect(environment).to.equal("previews");
  });

  it("deploy from the branch alone, in the stack's environment, one after the other and none ended midway", () => {
    const prod = read(plain, "deploy-prod");
    expect(prod.on).to.deep.equal({
      push: { branches: ["main"], paths: ["Pulumi.prod.yaml"] },
      workflow_dispatch: {},
    });
    expect(prod.concurrency).to.deep.equal({ group: "knowngood-deploy-prod", "cancel-in-progress": false });
    expect(prod.jobs.deploy).to.include({ if: "github.ref == 'refs/heads/main'", environment: "production" });
    expect(read(plain, "deploy-test").jobs.deploy).not.to.have.property("environment");
    expect(read(everything, "deploy-live_2").jobs.deploy).to.include({
      if: "github.ref == 'refs/heads/release/live'",
      environment: "live.two",
      "timeout-minutes": 90,
    });
  });

  it("take AWS credentials by OIDC where a setting says so: to deploy another role than to look", () => {
    const roles = (name: string) =>
      stepsOf(read(everything, name)).flatMap((step: Step) => step.with?.["role-to-assume"] ?? []);
    expect(new Set(roles("deploy-prod"))).to.deep.equal(new Set(["${{ vars.AWS_DEPLOY_ROLE }}"]));
    for (const name of ["preview", "nightly"])
      expect(new Set(roles(name))).to.deep.equal(new Set(["${{ vars.AWS_READ_ROLE }}"]));
    expect(JSON.stringify(read(plain, "deploy-prod"))).not.to.contain("aws");
  });

  it("name in CODEOWNERS who approves all that a deployment runs, and what no line of the user's takes back", () => {
    expect(repositoryFiles(plain)["code-owners"]?.content).to.equal(
      [
        "# Written by knowngood's review stack (docs/review-stack.md): change its settings, not this file.",
        "* @acme/operators",
        "/Pulumi.prod.yaml @acme/operators",
        "/.github/ @acme/operators",
        "/review/ @acme/operators",
        "/releases/ @acme/operators",
        "",
      ].join("\n"),
    );
    const lines = (settings: Record<string, unknown>) =>
      repositoryFiles(reviewStackSettings(settings))["code-owners"]?.content.split("\n").slice(1);
    expect(lines({ stacks: { prod: {} }, codeOwners: ["* @acme/all"] })).to.deep.equal(["* @acme/all", ""]);
    const stacks = { prod: { owners: ["acme/operators"] }, test: { owners: ["bo", "acme/operators"] } };
    expect(lines({ stacks, codeOwners: ["/docs/"] })).to.deep.equal([
      "* @acme/operators @bo",
      "/docs/",
      "/Pulumi.prod.yaml @acme/operators",
      "/Pulumi.test.yaml @bo @acme/operators",
      "/.github/ @acme/operators @bo",
      "/review/ @acme/operators @bo",
      "/releases/ @acme/operators @bo",
      "",
    ]);
  });
});
