import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgedStatus } from "../../status/screen";
import type { Status } from "../../status/status";
import { run } from "./command";
import { freePorts } from "./freePorts";
import { twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

const knowngood = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const password = "geheim-hunter2";

describe("status, of a stack as it really is", function () {
  this.timeout(480_000);
  let workspace: Workspace;
  const container = () => `${workspace.prefix}-prod-api`;
  before(() => (workspace = new Workspace()));
  after(() => workspace.dispose());

  async function status(env: NodeJS.ProcessEnv = {}) {
    // A busy machine is no outage.
    const words = ["status", "--stack", "prod", "--json", "--within", "120"];
    const ended = await run(process.execPath, [knowngood, ...words], {
      cwd: workspace.folder,
      env: { ...workspace.env, ...env },
    });
    expect(ended.text).not.to.contain(password);
    const told = JSON.parse(ended.stdout || "{}") as JudgedStatus & { status: Status };
    const lines = (name: string) =>
      told.lines.filter((line) => line.name === name).map(({ mark, text }) => `${mark}: ${text}`);
    return { ...told, code: ended.exitCode, text: ended.text, lines };
  }

  it("says before the first up what to do, and after two that all is well, and where the way back leads", async () => {
    await twoReleases(workspace, "prod");
    const empty = await status();
    expect(empty.headline, empty.text).to.equal("knowngood/prod: nothing is deployed");
    expect(empty.next).to.deep.equal({
      why: "nothing is deployed",
      command: "pulumi up --stack prod",
    });
    expect(empty.lines("api")).to.deep.equal(["note: not deployed"]);
    expect(empty.code).to.equal(0);
    for (const tag of ["v1", "v2"]) {
      await workspace.target("prod", tag);
      const up = await workspace.up("prod");
      expect(up.exitCode, up.text).to.equal(0);
    }
    const well = await status();
    expect(well.code, well.text).to.equal(0);
    expect(well.headline).to.match(/^knowngood\/prod runs v2 since \S+ \S+Z \(.*(ago|now)\)$/);
    expect(well.lines("api")[0]).to.match(
      /^fine: v2 sha256:\w{12}, healthy \(200 in \d+ ms\), up since \S+ \S+Z \(.*\)$/,
    );
    expect(well.lines("worker")[0]).to.match(
      /^fine: v2 sha256:\w{12}, healthy \(runs\), up since \S+ \S+Z \(.*\)$/,
    );
    expect(well.lines("schema")).to.deep.equal(["fine: head 20260102000000; nothing ahead of v2"]);
    expect(well.lines("horizon")).to.deep.equal(["fine: back to v1 (v1 compatible)"]);
    expect(well.lines("way back")[0]).to.match(
      /^fine: v1, known good \S+ \S+Z \(.*\); compatible; its images are on the host$/,
    );
    expect(well.lines("disk")[0]).to.match(/^fine: \d+ % used and .* free on the Docker host/);
    expect(well.lines("backups")).to.deep.equal(["note: none in .knowngood/backups yet"]);
    expect(well.lines("drift")).to.deep.equal(["fine: none"]);
    expect(well.next.command).to.equal("npx knowngood drill --stack prod");
  });

  it("looks at what the last up made, and not at a stack file that has changed since", async () => {
    const file = join(workspace.folder, "Pulumi.prod.yaml");
    const text = readFileSync(file, "utf8");
    const edited = text.replace("/health", "/elsewhere").replace(/prefix: \S+/, "prefix: elsewhere");
    try {
      writeFileSync(file, edited);
      const told = await status();
      expect(told.code, told.text).to.equal(0);
      for (const name of ["api", "worker"]) expect(told.lines(name)[0]).to.match(/^fine: v2 .*healthy/);
      expect(told.lines("drift")).to.deep.equal(["fine: none"]);
      expect(told.lines("settings")).to.deep.equal([
        `note: changed since the last up: its containers are named ${workspace.prefix}-prod-…, and not elsewhere-…`,
        "note: changed since the last up: api was asked otherwise then, and is still asked so",
      ]);
      expect(told.next.command).to.equal("pulumi preview --stack prod");
    } finally {
      writeFileSync(file, text);
    }
  });

  it("tells of a container that was stopped by hand, also where the state can't be read", async () => {
    const stopped = await workspace.docker("stop", "--time", "1", container());
    expect(stopped.exitCode, stopped.text).to.equal(0);
    const sick = await status();
    expect(sick.code, sick.text).to.equal(1);
    expect(sick.lines("api")[0]).to.match(
      /^wrong: v2 \S+, NOT HEALTHY: its container is exited, exit code \d+/,
    );
    expect(sick.lines("worker")[0]).to.match(/^fine: /);
    expect(sick.lines("drift")).to.deep.equal([
      "wrong: api: the host does not run the container of v2 that the state holds",
    ]);
    expect(sick.next.command).to.equal("pulumi up --stack prod");

    const blind = await status({ PULUMI_BACKEND_URL: `file://${workspace.folder}/gone` });
    expect(blind.code, blind.text).to.equal(1);
    expect(blind.headline).to.match(/^knowngood\/prod: what runs is not known: /);
    expect(blind.lines("api")[0]).to.match(/^wrong: NOT HEALTHY: its container is exited/);
    expect(blind.next.command).to.equal("npx knowngood card --stack prod > card.sh && sh card.sh");
  });

  it("tells the schema as it was recorded, without the passphrase, and where the database is away", async () => {
    const started = await workspace.docker("start", container());
    expect(started.exitCode, started.text).to.equal(0);
    const locked = await status({ PULUMI_CONFIG_PASSPHRASE: undefined });
    expect(locked.lines("schema")[0], locked.text).to.match(
      /^unknown: head 20260102000000; nothing ahead of v2, as the last up recorded it; its address is a secret: passphrase must be set/,
    );
    expect(locked.lines("horizon")).to.deep.equal([
      "fine: back to v1 (v1 compatible), as the last up judged it",
    ]);

    const [port = 0] = await freePorts(1);
    await workspace.secret("prod", "databaseUrl", `postgres://shop:${password}@127.0.0.1:${port}/shop`);
    const away = await status();
    expect(away.code, away.text).to.equal(1);
    expect(away.lines("schema")[0]).to.match(
      /^wrong: head 20260102000000; nothing ahead of v2, as the last up recorded it; The database can't be reached at 127/,
    );
    expect(away.next.why).to.contain("the database does not answer: look there first");
  });
});
