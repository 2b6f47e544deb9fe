import { expect } from "chai";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkOut } from "../github/checkout";
import { startGitHub, type TestGitHub } from "../github/github";
import { TestRepository } from "../review/proposals";
import { run, type Ended } from "./command";
import { answerOf, buildImages, migrations, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const path = "Pulumi.prod.yaml";

describe("a rollback that is proposed, reviewed, merged and deployed", () => {
  let workspace: Workspace;
  let github: TestGitHub;
  let there: TestRepository;
  let port: number;
  let main: string;
  before(async () => {
    workspace = new Workspace();
    github = await startGitHub();
    there = new TestRepository(github);
    port = await twoReleases(workspace, "prod", {
      images: await buildImages(workspace),
      settings: {
        review: { repository: "acme/shop", api: github.url, labels: ["rollback"], reviewers: ["anna"] },
      },
    });
    const renamed = {
      ...{ version: "20260102000000", name: "rename_id" },
      up: "ALTER TABLE orders RENAME COLUMN id TO number;",
      down: "ALTER TABLE orders RENAME COLUMN number TO id;",
    };
    const { api2: api, worker } = await buildImages(workspace);
    workspace.release("v2", { services: { api, worker }, migrations: [migrations.first, renamed] });
    for (const tag of ["v1", "v2"]) {
      await workspace.target("prod", tag);
      const up = await workspace.up("prod");
      if (up.exitCode !== 0) throw new Error(up.text);
    }
    main = await there.defaultBranch();
    const project = ["Pulumi.yaml", "package.json", "index.ts", path];
    const releases = readdirSync(join(workspace.folder, "releases"), { recursive: true, encoding: "utf8" });
    const catalog = releases.filter((name) => /\.\w+$/.test(name)).map((name) => `releases/${name}`);
    for (const file of [...project, ...catalog])
      await there.write(file, main, readFileSync(join(workspace.folder, file), "utf8"));
    await there.write(".gitignore", main, "node_modules/\n.pulumi/\n.knowngood/\n");
    await checkOut(github, (await there.commits(main))[0]?.sha ?? "", workspace.folder);
  });
  after(async () => {
    await workspace.dispose();
    await github.close();
  });

  const knowngood = (words: string[], env: Record<string, string> = {}): Promise<Ended> =>
    run(process.execPath, [command, ...words], {
      cwd: workspace.folder,
      env: { ...workspace.env, GITHUB_TOKEN: github.token, GITHUB_ACTIONS: "", NO_COLOR: "1", ...env },
    });
  const comments = async () =>
    (await github.ask(`issues/${(await there.pulls())[0]?.number}/comments`)) as { body: string }[];
  const checks = async (commit: string) =>
    (
      (await github.ask(`commits/${commit}/check-runs`)) as {
        check_runs: { name: string; conclusion: string; external_id: string; output: { title: string } }[];
      }
    ).check_runs;
  /** As Actions runs it on a pull request. */
  const check = async () => {
    const [pull] = await there.pulls();
    const event = join(workspace.folder, ".git", "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: pull?.number, head: pull?.head } }));
    await checkOut(github, pull?.head.sha ?? "", workspace.folder);
    const ended = await knowngood(["review", "check", "--stack", "prod"], { GITHUB_EVENT_PATH: event });
    return { ended, head: pull?.head.sha ?? "" };
  };
  let fingerprint: string;

  it("is proposed to the last known-good release, with what it means, and shows no secret", async () => {
    const ended = await knowngood(["propose", "--stack", "prod", "--reason", "orders fail", "--json"]);
    expect(ended.exitCode, ended.text).to.equal(0);
    const told = JSON.parse(ended.stdout) as { tag: string; fingerprint: string; url: string };
    fingerprint = told.fingerprint;
    expect(told.tag).to.equal("v1");
    expect(ended.stderr).to.contain("As it is, v1 is refused (schema)");
    const [pull] = await there.pulls();
    expect(pull?.html_url).to.equal(told.url);
    expect(pull?.title).to.equal("Roll back knowngood/prod: v2 → v1");
    expect(pull?.body).to.contain("**Verdict: destructive");
    expect(pull?.body).to.contain(`  knowngood:acknowledge: "${fingerprint}"`);
    expect(pull?.body).to.contain("knowngood/prod: rollback from v2 to v1");
    for (const secret of [workspace.databaseUrl, github.token, workspace.env.PULUMI_CONFIG_PASSPHRASE ?? ""])
      expect(pull?.body).not.to.contain(secret);
    expect(await there.text(path, "knowngood/knowngood/prod/v1")).to.contain("knowngood:imageTag: v1\n");
    expect(await there.text(path, main)).to.contain("knowngood:imageTag: v2\n");
    expect(readFileSync(join(workspace.folder, path), "utf8")).to.contain("knowngood:imageTag: v2\n");
  });

  it("is not looked at beside a file that the commit does not have", async () => {
    const extra = join(workspace.folder, "releases", "v3.yaml");
    writeFileSync(extra, "tag: v3\n");
    const { ended, head } = await check();
    rmSync(extra);
    expect(ended.exitCode, ended.text).to.equal(3);
    expect(ended.stderr).to.contain("(releases/v3.yaml (not in git)), so nothing was looked at");
    const [told, ...others] = await checks(head);
    expect(others).to.deep.equal([]);
    expect(told).to.include({ conclusion: "failure" });
    expect(told?.output?.title).to.equal("Not looked at: not as it was committed");
  });

  it("fails its check until a reviewer has acknowledged it, in one comment", async () => {
    const { ended, head } = await check();
    expect(ended.exitCode, ended.text).to.equal(3);
    expect(await checks(head)).to.have.length(1);
    expect((await checks(head))[0]).to.deep.include({ name: "knowngood/prod", conclusion: "failure" });
    expect((await comments())[0]?.body).to.contain("### ❌");

    const text = await there.text(path, "knowngood/knowngood/prod/v1");
    await there.write(
      path,
      "knowngood/knowngood/prod/v1",
      `${text}  knowngood:acknowledge: "${fingerprint}"\n`,
    );
    const again = await check();
    expect(again.ended.exitCode, again.ended.text).to.equal(0);
    const [passed] = await checks(again.head);
    expect(passed?.conclusion).to.equal("success");
    expect(JSON.parse(passed?.external_id ?? "")).to.deep.equal({
      ...{ stack: "knowngood/prod", tag: "v1", fingerprint },
    });
    expect((await comments()).map(({ body }) => body.includes("### ✅"))).to.deep.equal([true]);
  });

  it("is not deployed once the database has moved on, and says by what", async () => {
    const [pull] = await there.pulls();
    await github.review(pull?.number ?? 0);
    const { sha } = (await github.ask(`pulls/${pull?.number}/merge`, "PUT")) as { sha: string };
    await checkOut(github, sha, workspace.folder);
    await workspace.query("INSERT INTO schema_migrations VALUES ('20260303000000')");
    // As on a runner of its own, which has no reports.
    const ended = await knowngood(["review", "deploy", "--stack", "prod"], {});
    expect(ended.exitCode, ended.text).to.equal(3);
    expect(ended.stderr).to.contain(`What was reviewed (${fingerprint}) is not this assessment (`);
    expect(ended.stderr).to.match(/Changed since:\n {2}new migration: 20260303000000/);
    expect(await answerOf(port)).to.equal("v2");
  });

  it("is deployed from the merged tree as it was reviewed", async () => {
    await workspace.query("DELETE FROM schema_migrations WHERE version = '20260303000000'");
    const ended = await knowngood(["review", "deploy", "--stack", "prod"]);
    expect(ended.exitCode, ended.text).to.equal(0);
    expect(await answerOf(port)).to.equal("v1");
    const history = await workspace.pulumi("stack", "history", "--json", "--stack", "prod");
    const [last] = JSON.parse(history.stdout) as { message: string }[];
    expect(last?.message).to.match(/^Roll back knowngood\/prod: v2 → v1 \(#\d+\)$/);
  });
});
