import { expect } from "chai";
import { load } from "js-yaml";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgedStatus } from "../../status/screen";
import type { Status } from "../../status/status";
import { run } from "./command";
import { freePorts } from "./freePorts";
import { answering, crashing, servicePort } from "./images";
import { Workspace } from "./workspace";

/**
 * A platform that deploys by image, with a command line of its own: every deployment stands in its log, a deployment of
 * what does not come up fails, and what ran before is gone by then.
 */
const ownstack = (container: string, port: number) => `#!/bin/sh
test -n "$OWNSTACK_TOKEN" || { echo "sign in first"; exit 4; }
for word in "$@"; do
  case "$word" in
  --image=*) image="\${word#--image=}" ;;
  --lines=*) lines="\${word#--lines=}" ;;
  esac
done
case "$1" in
deploy)
  echo "$image $OWNSTACK_TOKEN" >> deployments
  docker rm -f ${container} > /dev/null 2>&1
  docker run -d --name ${container} --restart no -p 127.0.0.1:${port}:${servicePort} "$image" > /dev/null || exit 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    test "$(docker inspect -f '{{.State.Running}}' ${container})" = true || { docker logs ${container}; exit 1; }
    sleep 0.1
  done
  echo "deployed with $OWNSTACK_TOKEN" ;;
app)
  echo "  Stack:   web — deployed $(docker inspect -f '{{.Config.Image}}' ${container} 2> /dev/null)" ;;
remote)
  echo "the last $lines lines:"
  docker logs --tail "$lines" ${container} 2>&1 ;;
esac
`;

const example = join(__dirname, "../../examples/ownstack");

interface Example {
  config: Record<string, unknown>;
}

describe("a stack on a platform with a command line of its own", function () {
  this.timeout(240_000);
  const token = "the-platform's-token";
  let workspace: Workspace;
  let port = 0;
  const container = () => `${workspace.prefix}-web`;
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/health`)).text();
  const deployments = () => readFileSync(join(workspace.folder, "deployments"), "utf8").trim().split("\n");
  const to = async (tag: string) => {
    await workspace.target("prod", tag);
    return workspace.up("prod");
  };
  const knowngood = (...words: string[]) =>
    run(process.execPath, [join(__dirname, "../../cli/knowngood.cjs"), ...words], {
      cwd: workspace.folder,
      env: workspace.env,
    });
  const statusOf = async () => {
    const status = await knowngood("status", "--stack", "prod", "--json", "--within", "60");
    return { ...status, judged: JSON.parse(status.stdout) as JudgedStatus & { status: Status } };
  };

  before(async () => {
    workspace = new Workspace();
    [port = 0] = await freePorts(1);
    const file = join(workspace.folder, "ownstack");
    writeFileSync(file, ownstack(container(), port));
    chmodSync(file, 0o755);
    workspace.env.PATH = `${workspace.folder}:${workspace.env.PATH ?? ""}`;
    // The example as it stands, but for where it answers.
    const { config } = load(readFileSync(join(example, "Pulumi.prod.yaml"), "utf8")) as Example;
    const settings = Object.entries(config).map(([key, value]) => [key.replace(/^knowngood:/, ""), value]);
    await workspace.stack("prod", {
      ...(Object.fromEntries(settings) as Record<string, unknown>),
      services: { web: { health: { url: `http://127.0.0.1:${port}/health`, within: 20 } } },
    });
    await workspace.secret("prod", "ownstackToken", token);
    workspace.release("v1", { services: { web: await answering(workspace, "web", "v1") } });
    workspace.release("v2", { services: { web: await crashing(workspace, "web", "v2") } });
    workspace.release("v3", { services: { web: await answering(workspace, "web", "v3") } });
    workspace.release("v4", { services: { web: await answering(workspace, "web", "v4") } });
  });
  after(() => workspace.dispose());

  it("is told in the preview what the platform runs by itself, and goes forward", async () => {
    await workspace.target("prod", "v1");
    const preview = await workspace.preview("prod");
    expect(preview.exitCode, preview.text).to.equal(0);
    expect(preview.text).to.contain("bin/migrate");
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    expect(await answer()).to.equal("v1");
    expect(up.text).not.to.contain(token);
    expect(JSON.stringify(await workspace.state("prod"))).not.to.contain(token);
  });

  it("deploys nothing where the platform runs the release already", async () => {
    const before = deployments();
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    expect(up.text).to.match(/\d+ unchanged/);
    expect(deployments()).to.deep.equal(before);
  });

  it("has a status, by what the platform says that runs", async () => {
    const { exitCode, text, judged } = await statusOf();
    expect(exitCode, text).to.equal(0);
    expect(judged.status.services).to.have.length(1);
    expect(judged.status.services[0]).to.deep.include({ service: "web" });
    expect(judged.status.services[0]?.host).to.deep.include({ hosted: true, status: "running" });
    expect(judged.status.services[0]?.health).to.deep.include({ healthy: true });
    expect(judged.status.drift).to.deep.equal([]);
    expect(judged.status.wayBack).to.equal(undefined);
    expect(text).not.to.contain(token);
  });

  it("has logs, by the platform's own command", async () => {
    const logs = await knowngood("logs", "--stack", "prod", "--tail", "20");
    expect(logs.exitCode, logs.text).to.equal(0);
    expect(logs.stdout).to.match(/^web \| the last 20 lines:\n/);
    const followed = await knowngood("logs", "--stack", "prod", "--follow");
    expect([followed.exitCode, followed.text.includes("--follow")], followed.text).to.deep.equal([2, true]);
  });

  it("fails with the log of a release that does not come up, and goes back though the state never left", async () => {
    const bad = await to("v2");
    expect(bad.exitCode, bad.text).not.to.equal(0);
    expect(bad.text).to.contain("v2 did not come up on ");
    expect(bad.text).to.contain("fatal: v2 can not start");
    expect(bad.text).to.contain("pulumi config set imageTag v1 --stack prod");
    expect(bad.text).not.to.contain(token);
    const back = await to("v1");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await answer()).to.equal("v1");
    const again = await to("v2");
    expect(again.text).to.contain("quarantined");
  });

  it("leaves a card that brings the last known-good release back without Pulumi, as printed", async () => {
    const forward = await to("v3");
    expect(forward.exitCode, forward.text).to.equal(0);
    const card = await knowngood("card", "--stack", "prod");
    expect(card.exitCode, card.text).to.equal(0);
    expect(card.text).not.to.contain(token);
    const file = join(workspace.folder, "card.sh");
    writeFileSync(file, card.stdout);
    const without = await run("sh", [file], { cwd: workspace.folder, env: workspace.env });
    expect(without.text).to.contain("OWNSTACK_TOKEN: set it, and export it");
    const env = { ...workspace.env, OWNSTACK_TOKEN: token };
    const ran = await run("sh", [file], { cwd: workspace.folder, env });
    expect(ran.exitCode, ran.text).to.equal(0);
    expect(ran.text).to.contain("web is healthy.");
    expect(await answer()).to.equal("v1");
    // What the card says, so that the stack knows it.
    const told = await to("v1");
    expect(told.exitCode, told.text).to.equal(0);
    expect(deployments().at(-1)).to.contain(token);
    expect(await answer()).to.equal("v1");
  });

  it("rolls back by tag, and puts right what was deployed by hand", async () => {
    const forward = await to("v4");
    expect(forward.exitCode, forward.text).to.equal(0);
    expect(await answer()).to.equal("v4");
    const back = await to("v1");
    expect(back.exitCode, back.text).to.equal(0);
    expect(await answer()).to.equal("v1");
    const { knownGood } = await workspace.outputs("prod");
    expect((knownGood as { tag: string }[]).map(({ tag }) => tag)).to.deep.equal(["v1", "v4", "v3"]);
    const stopped = await workspace.docker("rm", "-f", container());
    expect(stopped.exitCode).to.equal(0);
    const seen = await statusOf();
    expect(seen.exitCode, seen.text).to.equal(1);
    expect(seen.judged.status.drift).to.deep.equal([
      { text: "web: the host runs nothing, and not v1", byUp: true },
    ]);
    expect(seen.judged.next.command).to.equal("pulumi up --stack prod");
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    expect(await answer()).to.equal("v1");
  });
});
