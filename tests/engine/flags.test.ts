import { expect } from "chai";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { FlagServer } from "../gates/flagServer";
import { working } from "./images";
import { Workspace } from "./workspace";

const token = "Flag5/tok en+and&more";

describe("a stack's feature flags", () => {
  let workspace: Workspace;
  let service: FlagServer;
  /** Which release's container ran when the service was called. */
  let ranWhenCalled: (string | undefined)[];
  /** Whether it closes every connection without an answer; its port stays its own. */
  let down = false;

  before(async () => {
    workspace = new Workspace();
    ranWhenCalled = [];
    service = new FlagServer(async (_called, response) => {
      if (down) return void response.destroy();
      const { "prod-worker": worker } = await workspace.containers();
      ranWhenCalled.push(
        worker?.State.Running === true ? worker.Config.Labels["knowngood.release"] : undefined,
      );
      response.writeHead(204).end();
    });
    await service.start();
    const flags = { f1: ["search"], f2: ["search", "new-checkout"], f3: ["new-checkout", "wishes"] };
    for (const [tag, own] of Object.entries(flags))
      workspace.release(tag, { services: { worker: await working(workspace, "flagged", tag) }, flags: own });
    await workspace.stack("prod", {
      imageTag: "f2",
      services: { worker: { kind: "worker", health: { successes: 1 } } },
      flags: {
        off: {
          http: { url: `${service.url}/api/{flag}/off`, secretHeaders: { Authorization: "flagToken" } },
        },
      },
    });
    await workspace.secret("prod", "flagToken", token);
  });
  after(async () => {
    await service.stop();
    await workspace.dispose();
  });

  const texts: string[] = [];
  async function up() {
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(0);
    texts.push(ended.text);
    return ended.text;
  }
  const runs = async () => (await workspace.containers())["prod-worker"]?.Config.Labels["knowngood.release"];
  const calls = () => service.calls.splice(0).map(({ method, path }) => `${method} ${path}`);
  const lastRecord = () => {
    const lines = readFileSync(join(workspace.folder, ".knowngood", "records.jsonl"), "utf8").trimEnd();
    return JSON.parse(lines.split("\n").at(-1) ?? "") as ReleaseRecord;
  };

  it("are turned off on the way back, before services change, and once", async () => {
    await up();
    await workspace.target("prod", "f1");
    const preview = await workspace.preview("prod");
    expect(preview.text, preview.text).to.contain("flags: new-checkout on -> off (f2)");
    expect(calls()).to.deep.equal([]);

    await up();
    expect(service.calls.map(({ headers }) => headers.authorization)).to.deep.equal([token]);
    expect(calls()).to.deep.equal(["POST /api/new-checkout/off"]);
    expect(ranWhenCalled.splice(0)).to.deep.equal(["f2"]);
    expect(await runs()).to.equal("f1");
    expect(lastRecord()).to.deep.include({
      direction: "rollback",
      outcome: "passed",
      flags: { off: ["new-checkout"], notOff: [] },
    });
    const { flags } = (await workspace.outputs("prod")) as { flags: Record<string, string> };
    expect(flags["new-checkout"]).to.match(/^off since \d{4}-/);

    workspace.settings("prod", { record: { reason: "nothing of it" } });
    expect(await up())
      .to.match(/\d+ unchanged/)
      .and.not.to.match(/updated|replaced|created/);
    expect(calls()).to.deep.equal([]);
  });

  it("are left to a person on the way forward, and do not stop a rollback when the service is down", async () => {
    await workspace.target("prod", "f3");
    const preview = await workspace.preview("prod");
    expect(preview.text).to.match(
      /flags: new-checkout stays off: it was turned off for an older release at \S+Z; turning it on again is a person's decision/,
    );
    await up();
    expect(calls()).to.deep.equal([]);
    expect(await runs()).to.equal("f3");

    down = true;
    await workspace.target("prod", "f1");
    const why = "connection closed without an answer (3 attempts)";
    const text = await up();
    for (const flag of ["new-checkout", "wishes"])
      expect(text).to.contain(`The flag ${flag} was NOT turned off: ${why}.`);
    expect(calls()).to.have.length(6);
    expect(await runs()).to.equal("f1");
    expect(lastRecord()).to.deep.include({
      outcome: "passed",
      flags: {
        off: [],
        notOff: [
          { flag: "new-checkout", why },
          { flag: "wishes", why },
        ],
      },
    });
  });

  it("are turned off by the next up, once the service is back", async () => {
    down = false;
    await up();
    expect(calls().sort()).to.deep.equal(["POST /api/new-checkout/off", "POST /api/wishes/off"]);
    expect(lastRecord()).to.deep.include({ direction: "same", outcome: "passed" });
    expect([...(lastRecord().flags?.off ?? [])].sort()).to.deep.equal(["new-checkout", "wishes"]);
  });

  it("show their secret in no state, output, text or record", async () => {
    const { stdout } = await workspace.pulumi("stack", "export", "--stack", "prod");
    expect(stdout).to.contain("release-flag-new-checkout-run");
    const kept = join(workspace.folder, ".knowngood");
    const files = readdirSync(kept, { recursive: true, encoding: "utf8" })
      .map((file) => join(kept, file))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "utf8"));
    const everything = [stdout, JSON.stringify(await workspace.outputs("prod")), ...texts, ...files].join(
      "\n",
    );
    for (const form of [token, encodeURIComponent(token), Buffer.from(token).toString("base64")])
      expect(everything).not.to.contain(form);
  });
});
