import { expect } from "chai";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Drill } from "../../drills/drill";
import { newestDrill } from "../../drills/keptDrills";
import { memoryFrom } from "../../history/quarantine";
import { recordsOf } from "./everythingOn";
import { run, start, type Ended } from "./command";
import { answerOf, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const knowngood = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const digestOf = (texts: string[]) =>
  texts.map((text) => text.split("\n")[0]?.replace(/ by .*| after .*/, ""));

/** A gate of the user's: it says what it saw, waits while it is told to, and fails the way out where it is told to. */
const smoke = `
  echo "$KNOWNGOOD_TO $KNOWNGOOD_DRILL" >> ran.log
  case "$KNOWNGOOD_DRILL" in out*) while [ -e slow ]; do sleep 0.1; done; test ! -e fail;; esac`;

describe("a drill", function () {
  // Each is two updates and a preview or two: minutes on a busy machine.
  this.timeout(480_000);
  let workspace: Workspace;
  let port: number;
  let server: Server;
  const told: string[] = [];

  before(async () => {
    workspace = new Workspace();
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        told.push((JSON.parse(body) as { text: string }).text);
        response.end("ok");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = await twoReleases(workspace, "test", {
      settings: {
        record: { webhook: "hook", reason: "a stale one" },
        gates: { commands: { smoke: { command: ["sh", "-c", smoke] } } },
      },
    });
    await workspace.secret("test", "hook", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    for (const tag of ["v1", "v2"]) {
      await workspace.target("test", tag);
      const up = await workspace.up("test");
      expect(up.exitCode, up.text).to.equal(0);
    }
  });
  after(async () => {
    server.close();
    await workspace.dispose();
  });

  const file = (name: string) => join(workspace.folder, name);
  const drill = (...words: string[]): Promise<Ended> =>
    run(process.execPath, [knowngood, "drill", "--stack", "test", ...words], {
      cwd: workspace.folder,
      env: workspace.env,
    });
  /** What the gate saw since. */
  const seen = (from: number) => readFileSync(file("ran.log"), "utf8").trim().split("\n").slice(from);
  const standing = async () => ({
    stackFile: readFileSync(file("Pulumi.test.yaml"), "utf8"),
    quarantine: memoryFrom(await workspace.state("test")),
    knownGood: ((await workspace.outputs("test")).knownGood as { tag: string }[]).map(({ tag }) => tag),
    answer: await answerOf(port),
    labels: Object.values(await workspace.containers()).map(({ Config }) => Config.Labels["knowngood.drill"]),
    columns: await workspace.query("SELECT id, note FROM orders WHERE false"),
  });

  it("makes what runs anew, and again as it was, and keeps what it measured", async () => {
    const before = await standing();
    const containers = await workspace.containers();
    const since = seen(0).length;
    told.length = 0;
    const ended = await drill("--yes", "--json");
    expect(ended.exitCode, ended.text).to.equal(0);
    const result = JSON.parse(ended.stdout) as Drill;
    expect(result).to.deep.include({ stack: "knowngood/test", release: "v2", outcome: "passed", found: [] });
    expect(result).to.deep.include({ returned: true, wayBack: "v1" });
    expect(result.probe).to.deep.equal({ service: "api", url: `http://127.0.0.1:${port}/health` });
    for (const way of [result.out, result.back]) {
      expect(way).to.include({ to: "v2", outcome: "passed", webhookTold: true, knownGood: true });
      expect(way?.healthyAfter).to.be.within(0.1, way?.seconds ?? 0);
      expect(way?.probed?.requests).to.be.above(0);
    }
    expect(newestDrill(file(".knowngood"), "knowngood/test")).to.deep.equal(result);

    expect(await standing()).to.deep.equal(before);
    for (const [name, { Id }] of Object.entries(await workspace.containers()))
      expect(Id, name).not.to.equal(containers[name]?.Id);
    const [out, back] = recordsOf(workspace).slice(-2);
    expect([out?.id, back?.id]).to.deep.equal([result.out?.record, result.back?.record]);
    expect([out?.drill, back?.drill]).to.deep.equal([
      { id: result.id, way: "out" },
      { id: result.id, way: "back" },
    ]);
    expect(out).not.to.have.property("reason");
    expect(seen(since)).to.deep.equal([`v2 out ${result.id}`, `v2 back ${result.id}`]);
    expect(digestOf(told)).to.deep.equal([
      "knowngood/test: drill: v2 passed",
      "knowngood/test: drill, back again: v2 passed",
    ]);
  });

  it("goes the real way back and returns, and leaves nothing quarantined", async () => {
    const before = await standing();
    const since = seen(0).length;
    told.length = 0;
    const ended = await drill("--yes", "--target", "v1");
    expect(ended.exitCode, ended.text).to.equal(0);
    const result = newestDrill(file(".knowngood"), "knowngood/test");
    expect(result).to.deep.include({ target: "v1", outcome: "passed", returned: true, wayBack: "v1" });
    expect(seen(since)).to.deep.equal([`v1 out ${result?.id}`, `v2 back ${result?.id}`]);
    expect(await standing()).to.deep.equal(before);
    expect(before).to.deep.include({ knownGood: ["v2", "v1"], answer: "v2" });
    expect(before.quarantine.bad).to.deep.equal([]);
    expect(digestOf(told)).to.deep.equal([
      "knowngood/test: drill: rollback from v2 to v1 started",
      "knowngood/test: drill: rollback from v2 to v1 passed",
      "knowngood/test: drill, back again: forward from v1 to v2 passed",
    ]);
    expect(ended.stdout).to.match(
      /^knowngood\/test: the drill of the way from v2 to v1 and again to v2 passed; v2 runs as before\./,
    );
    expect(ended.stdout).to.match(/\nout +v1 .* arrived +told\nback +v2 .* arrived +told\n/);
  });

  it("is refused on a protected stack, to a release that is none, unasked, and where more would change", async () => {
    const before = readFileSync(file("Pulumi.test.yaml"), "utf8");
    const records = recordsOf(workspace).length;
    const refused = async (settings: Record<string, unknown>, words: string[], code: number, why: string) => {
      workspace.settings("test", settings);
      const ended = await drill(...words);
      writeFileSync(file("Pulumi.test.yaml"), before);
      expect(ended.exitCode, ended.text).to.equal(code);
      expect(ended.stderr).to.contain(why);
    };
    await refused({ protected: true }, ["--yes"], 3, 'knowngood drill --stack test --in-production "WHY"');
    await refused({}, ["--yes", "--target", "v9"], 2, "--target\n    found v9; did you mean");
    await refused({}, [], 2, "add it to go on without a question");
    const changed = { protected: true, services: { worker: { kind: "worker", env: { A: "b" } } } };
    const reason = ["--yes", "--in-production", "practice"];
    await refused(changed, reason, 3, "A drill changes nothing that stays, but here an `up` would");
    expect(recordsOf(workspace)).to.have.length(records);
    expect(await answerOf(port)).to.equal("v2");
  });

  it("brings back what runs where a gate fails on the way out, and says so", async () => {
    const before = await standing();
    writeFileSync(file("fail"), "");
    const ended = await drill("--yes");
    rmSync(file("fail"));
    expect(ended.exitCode, ended.text).to.equal(1);
    expect(ended.stderr).to.contain(
      "error: The drill did not pass: The way out did not pass: smoke command failed. v2 runs as before.",
    );
    const result = newestDrill(file(".knowngood"), "knowngood/test");
    expect(result).to.deep.include({ outcome: "failed", returned: true });
    expect([result?.out?.outcome, result?.back?.outcome]).to.deep.equal(["failed", "passed"]);
    expect(await standing()).to.deep.equal(before);
  });

  it("brings it back after Ctrl-C, too", async () => {
    const before = await standing();
    const since = seen(0).length;
    writeFileSync(file("slow"), "");
    const started = start(
      process.execPath,
      [knowngood, "drill", "--stack", "test", "--target", "v1", "--yes"],
      {
        ...{ cwd: workspace.folder, env: workspace.env, detached: true },
      },
    );
    let over = false;
    const ending = started.ended.finally(() => (over = true));
    while (!over && seen(since).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    if (!over) process.kill(-started.pid, "SIGINT");
    const ended = await ending;
    rmSync(file("slow"));
    expect(ended.exitCode, ended.text).to.equal(130);
    expect(ended.stderr).to.contain("The drill was interrupted. v2 runs as before.");
    expect(newestDrill(file(".knowngood"), "knowngood/test")).to.include({ outcome: "interrupted" });
    expect(await standing()).to.deep.equal(before);
    const temporary = readdirSync(join(workspace.folder, ".knowngood", "drills", "knowngood-test"));
    expect(temporary.every((name) => /^2\S+\.json$/.test(name)) && existsSync(file("ran.log"))).to.equal(
      true,
    );
  });
});
