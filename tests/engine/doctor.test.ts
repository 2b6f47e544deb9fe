import { expect } from "chai";
import { join } from "node:path";
import { Client } from "pg";
import type { Finding } from "../../doctor/finding";
import { run } from "./command";
import { working } from "./images";
import { Workspace } from "./workspace";

const knowngood = join(__dirname, "..", "..", "cli", "knowngood.cjs");

describe("doctor, on a machine that has everything", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  async function doctor(): Promise<{
    exitCode: number | null;
    text: string;
    said: Record<string, string>;
  }> {
    const words = ["doctor", "--stack", "prod", "--within", "60", "--json"];
    const { exitCode, stdout, text } = await run(process.execPath, [knowngood, ...words], {
      cwd: workspace.folder,
      env: workspace.env,
    });
    const { checks } = JSON.parse(stdout) as { checks: Finding[] };
    return {
      exitCode,
      text,
      said: Object.fromEntries(checks.map(({ check, outcome, found }) => [check, `${outcome}: ${found}`])),
    };
  }

  it("finds all of it, before and after there is a database, and shows no password", async () => {
    workspace.release("v1", { services: { worker: await working(workspace, "worker", "v1") } });
    await workspace.stack("prod", { services: { worker: { kind: "worker" } }, database: {}, imageTag: "v1" });
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);

    const first = await doctor();
    expect(first.exitCode, first.text).to.equal(0);
    expect(first.said.Database).to.match(/^ok: the server of .* answers; the first `up` makes the database$/);
    expect(first.said["Docker engine"]).to.match(/^ok: \d+\.\d+/);
    expect(first.said[`Registry ${workspace.machine.registry}`]).to.equal("ok: gives the image of v1");
    expect(first.said.Clock).to.equal(`ok: as ${workspace.machine.registry}, the Docker engine say`);
    expect(first.said["Disk of the Docker engine"]).to.match(/^(ok|warning): \d+ % used, /);

    const admin = new Client({ connectionString: workspace.machine.adminUrl });
    await admin.connect();
    await admin.query(`CREATE DATABASE "${workspace.databaseName}"`);
    await admin.end();
    const second = await doctor();
    expect(second.exitCode, second.text).to.equal(0);
    expect(second.said.Database).to.match(/^ok: PostgreSQL \d+ at /);
    expect(second.said.pg_dump).to.match(/^ok: of PostgreSQL \d+, the server's own/);
    const password = new URL(workspace.databaseUrl.replace(/@\//, "@host/")).password;
    if (password !== "") expect(first.text + second.text).not.to.contain(password);
  });
});
