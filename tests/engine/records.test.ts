import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { endSurvivors, processTree } from "./processTree";
import { running, serve } from "./programs";
import { buildImages, migrations, twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const token = "Zk9/tok en+and&more";

/** Serves at /health, or not; says its secret first. */
const program = (release: string, healthy: boolean) => ({
  script: `echo "${release} connects with $TOKEN"; ${serve}; exec sleep 100000`,
  files: { [healthy ? "/www/health" : "/www/index.html"]: release },
});

describe("the record of each up", () => {
  let workspace: Workspace;
  let chat: Server;
  let said: string[];
  beforeEach(async () => {
    workspace = new Workspace();
    said = [];
    chat = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => {
        said.push((JSON.parse(body) as { text: string }).text);
        response.end("ok");
      });
    });
    await new Promise<void>((listening) => chat.listen(0, "127.0.0.1", listening));
  });
  afterEach(async () => {
    chat.closeAllConnections();
    await new Promise((closed) => chat.close(closed));
    await workspace.dispose();
  });

  const folder = () => join(workspace.folder, ".knowngood");
  const records = () => {
    const text = readFileSync(join(folder(), "records.jsonl"), "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ReleaseRecord);
  };
  const begun = () => readdirSync(join(folder(), "begun"));

  it("tells of a good one, of one whose gate failed and of the rollback, with evidence and messages, and of no secret", async () => {
    const [port = 0] = await freePorts(1);
    const v1 = await running(workspace, "api", "v1", program("v1", true));
    const v2 = await running(workspace, "api", "v2", program("v2", false));
    workspace.release("v1", { services: { api: v1 } });
    workspace.release("v2", { services: { api: v2 } });
    const services = (within: number) => ({
      api: {
        ports: [{ container: servicePort, host: port }],
        secrets: { TOKEN: "token" },
        health: { path: "/health", within },
      },
    });
    await workspace.stack("prod", {
      imageTag: "v1",
      services: services(60),
      record: { webhook: "chat", owner: "anna", reason: `because of ${token}`, evidence: { logLines: 1 } },
    });
    const address = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/services/T0/${encodeURIComponent(token)}`;
    await workspace.secret("prod", "token", token);
    await workspace.secret("prod", "chat", address);

    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    await workspace.target("prod", "v2");
    workspace.settings("prod", { services: services(2) });
    const failed = await workspace.up("prod");
    expect(failed.exitCode, failed.text).not.to.equal(0);
    await workspace.target("prod", "v1");
    workspace.settings("prod", { services: services(60) });
    const back = await workspace.up("prod");
    expect(back.exitCode, back.text).to.equal(0);
    const written = readFileSync(join(folder(), "records.jsonl"), "utf8");
    const unchanged = await workspace.up("prod");
    expect(unchanged.exitCode, unchanged.text).to.equal(0);
    expect(readFileSync(join(folder(), "records.jsonl"), "utf8")).to.equal(written);
    expect(begun()).to.deep.equal([]);

    const api = (tag: string, { digest }: { digest: string }) => ({ api: { tag, digest } });
    const [one, two, three, ...more] = records();
    expect(more).to.deep.equal([]);
    const both = { stack: "knowngood/prod", owner: "anna", reason: "because of [secret]" };
    expect(one).to.deep.include({
      ...both,
      direction: "forward",
      outcome: "passed",
      from: { services: {} },
      to: { tag: "v1", services: api("v1", v1) },
    });
    expect(one).not.to.have.any.keys("evidence", "stoppedAt", "schema");
    expect(two).to.deep.include({
      ...both,
      direction: "forward",
      outcome: "failed",
      from: { tag: "v1", services: api("v1", v1) },
      to: { tag: "v2", services: api("v2", v2) },
      stoppedAt: { step: "health gates", open: ["api health"] },
    });
    expect(three).to.deep.include({
      ...both,
      direction: "rollback",
      outcome: "passed",
      from: { tag: "v2", services: api("v2", v2) },
      to: { tag: "v1", services: api("v1", v1) },
    });
    const gates = [one, two, three].map((record) =>
      record?.gates.map(({ name, outcome }) => [name, outcome]),
    );
    expect(gates).to.deep.equal([
      [["api health", "passed"]],
      [["api health", "failed"]],
      [["api health", "passed"]],
    ]);
    expect(existsSync(join(workspace.folder, two?.gates[0]?.record ?? "missing"))).to.equal(true);
    expect(failed.text).to.contain(
      `recorded in .knowngood/records.jsonl; evidence of what ran before it: ${two?.evidence}`,
    );

    // Evidence of what the two that replaced a container found, and of no other.
    expect(readdirSync(join(folder(), "evidence", "knowngood-prod"))).to.have.length(2);
    const seen = (record: ReleaseRecord | undefined, file: string) =>
      readFileSync(join(workspace.folder, record?.evidence ?? "missing", file), "utf8");
    expect(seen(two, "api.log")).to.equal("v1 connects with [secret]\n");
    expect(seen(three, "api.log")).to.equal("v2 connects with [secret]\n");
    const evidence = JSON.parse(seen(two, "evidence.json")) as {
      services: unknown[];
      gates: Record<string, { outcome: string; release: string }>;
    };
    expect(evidence.services).to.have.length(1);
    expect(evidence.services[0]).to.deep.include({
      service: "api",
      release: "v1",
      logLines: 1,
      problems: [],
    });
    expect(evidence.gates["release-api-health"]).to.include({ outcome: "passed", release: "v1" });

    // At a failed end there are seconds to send in; where they were not enough, that is said.
    const lost = failed.text.includes("record.webhook: not sent");
    expect(said.map((text) => text.split("\n")[0]?.replace(/ after .*| by .*/, ""))).to.deep.equal([
      "knowngood/prod: first release, v1 passed",
      ...(lost ? [] : ["knowngood/prod: forward from v1 to v2 FAILED"]),
      "knowngood/prod: rollback from v2 to v1 started",
      "knowngood/prod: rollback from v2 to v1 passed",
    ]);
    const everything = [written, seen(two, "evidence.json"), seen(three, "evidence.json"), ...said].join(
      "\n",
    );
    const texts = [first.text, failed.text, back.text].join("\n");
    for (const secret of [token, encodeURIComponent(token), address]) {
      expect(everything).not.to.contain(secret);
      expect(texts).not.to.contain(secret);
    }
  });

  it("is written by the next up where one was killed with all its processes", async function () {
    // The next one waits for what the killed one has left in the database.
    this.timeout(300_000);
    const images = await buildImages(workspace);
    await twoReleases(workspace, "prod", { images, slow: { first: 10 } });
    const up = workspace.startPulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    await up.saw(/release-database-schema creating/);
    const tree = processTree(up.pid);
    // The program is killed before it can see that its engine is gone.
    for (const { pid } of tree.toReversed()) process.kill(pid, "SIGKILL");
    await up.ended;
    await endSurvivors(tree);
    expect(begun()).to.have.length(1);
    expect(existsSync(join(folder(), "records.jsonl"))).to.equal(false);

    const preview = await workspace.preview("prod");
    expect(preview.text).to.contain("An `up` did not come to its end: first release, v1, begun ");
    await workspace.pulumi("cancel", "prod", "--yes");
    workspace.release("v1", {
      services: { api: images.api1, worker: images.worker },
      migrations: [migrations.first],
    });
    const next = await workspace.up("prod");
    expect(next.exitCode, next.text).to.equal(0);
    expect(next.text).to.contain("that did not come to its end is recorded in .knowngood/records.jsonl");
    expect(records().map(({ outcome, to }) => [outcome, to.tag])).to.deep.equal([
      ["unfinished", "v1"],
      ["passed", "v1"],
    ]);
    expect(begun()).to.deep.equal([]);
  });
});
