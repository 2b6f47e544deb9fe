import { expect } from "chai";
import { load } from "js-yaml";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSshServer, type SshServer } from "../hosts/sshServer";
import { ComposeProject, shopFile } from "./composeProject";
import { run } from "./command";
import { freePorts } from "./freePorts";
import { Workspace } from "./workspace";

/** What a team writes that takes such a project over. */
function exampleSettings(): Record<string, unknown> {
  const file = join(__dirname, "../../examples/compose/Pulumi.prod.yaml");
  const { config } = load(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const entries = Object.entries(config).map(([key, value]) => [key.replace(/^knowngood:/, ""), value]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

describe("a stack whose services are those of a compose project on a host", function () {
  this.timeout(240_000);
  let project: ComposeProject;
  let workspace: Workspace;
  let server: SshServer;
  let port = 0;
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();
  const ids = async () =>
    Object.fromEntries(Object.entries(await project.containers()).map(([name, { id }]) => [name, id]));
  const to = async (tag: string) => {
    await workspace.target("prod", tag);
    return workspace.up("prod");
  };

  before(async function () {
    // Compose may have to be built.
    this.timeout(900_000);
    project = new ComposeProject();
    workspace = new Workspace();
    [port = 0] = await freePorts(1);
    await project.make((own) => shopFile(own, port));
    server = await startSshServer({ environment: project.environment });
    const [app1, app2, app3, worker] = await Promise.all([
      project.image("app", "v1"),
      project.image("app", "v2"),
      project.image("app", "v3", "echo 'fatal: no such column'; exit 3"),
      project.image("worker", "v1"),
      ...["db", "tunnel", "migrate"].map((name) =>
        project.image(name, "v1", name === "migrate" ? "true" : undefined),
      ),
    ]);
    for (const [tag, app] of [
      ["v1", app1],
      ["v2", app2],
      ["v3", app3],
    ] as const)
      workspace.release(tag, { services: { app, worker } });
    await project.compose("up", "-d", "--wait");
    // The example as it stands, but for where it is and what only its own images have.
    const { compose, hooks, ...example } = exampleSettings();
    expect(hooks).to.be.an("object");
    await workspace.stack("prod", {
      ...example,
      compose: {
        ...(compose as object),
        host: server.address,
        hostKeys: [server.hostKey],
        key: "deployKey",
        folder: project.folder,
      },
      services: {
        app: { health: { url: `http://127.0.0.1:${port}/health`, within: 20 } },
        worker: { kind: "worker", health: { exec: ["cat", "/www/health"], within: 20 } },
      },
    });
    await workspace.secret("prod", "deployKey", server.key);
  });
  after(async () => {
    await workspace?.dispose();
    await project?.dispose();
    await server?.stop();
  });

  it("takes over what the team had started, and touches nothing for it", async () => {
    const before = await ids();
    const up = await to("v1");
    expect(up.exitCode, up.text).to.equal(0);
    expect(await ids()).to.deep.equal(before);
    const key = server.key.split("\n")[2] ?? "no key";
    expect(up.text).not.to.contain(key);
    expect(JSON.stringify(await workspace.state("prod"))).not.to.contain(key);
  });

  it("goes forward: the service that differs, and no other", async () => {
    const { "app-1": app, ...others } = await ids();
    const up = await to("v2");
    expect(up.exitCode, up.text).to.equal(0);
    expect(await answer()).to.equal("v2");
    const { "app-1": now, ...after } = await ids();
    expect(after).to.deep.equal(others);
    expect(now).not.to.equal(app);
  });

  it("fails with the last words of a bad release, and rolls back by tag", async () => {
    const { "app-1": app, ...others } = await ids();
    const bad = await to("v3");
    expect(bad.exitCode, bad.text).not.to.equal(0);
    expect(bad.text)
      .to.contain("v3 did not come up on ")
      .and.contain("fatal: no such column")
      .and.contain("pulumi config set imageTag v2 --stack prod");
    const back = await to("v1");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await answer()).to.equal("v1");
    const { "app-1": now, ...after } = await ids();
    expect(after).to.deep.equal(others);
    expect(now).not.to.equal(app);
    const { knownGood } = await workspace.outputs("prod");
    expect((knownGood as { tag: string }[]).map(({ tag }) => tag)).to.deep.equal(["v1", "v2"]);
  });

  it("leaves a card that brings a lost service back on the host without Pulumi, as printed", async () => {
    const { "app-1": app, ...others } = await ids();
    const words = [join(__dirname, "../../cli/knowngood.cjs"), "card", "--tag", "v1", "--stack", "prod"];
    const card = await run(process.execPath, words, { cwd: workspace.folder, env: workspace.env });
    expect(card.exitCode, card.text).to.equal(0);
    await project.docker("rm", "-f", app ?? "");
    const file = join(project.root, "card.sh");
    writeFileSync(file, card.stdout);
    const env = { ...process.env, ...project.environment, CONFIRM: "yes" };
    const ran = await run("sh", [file], { cwd: "/", env });
    expect(ran.exitCode, ran.text).to.equal(0);
    expect(ran.text).to.contain("app is healthy.").and.contain("worker is healthy.").and.contain("v1 runs.");
    expect(await answer()).to.equal("v1");
    const { "app-1": now, "worker-1": worker, ...after } = await ids();
    expect({ ...after, "worker-1": others["worker-1"] }).to.deep.equal(others);
    expect([now, worker]).not.to.include(app);
  });

  it("goes nowhere on a machine that shows another key", async () => {
    const before = await ids();
    await server.changeHostKey();
    const up = await to("v1");
    expect(up.exitCode, up.text).not.to.equal(0);
    expect(up.text).to.contain("host key");
    expect(await ids()).to.deep.equal(before);
  });
});
