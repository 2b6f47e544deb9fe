import { expect } from "chai";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { previewPlan } from "../../updates/preview";
import { twoReleases } from "./twoReleases";
import { Workspace } from "./workspace";

describe("a preview of settings that are not written", function () {
  this.timeout(480_000);
  let workspace: Workspace;

  before(async () => {
    workspace = new Workspace();
    await twoReleases(workspace, "prod");
    await workspace.secret("prod", "databaseUrl", workspace.databaseUrl);
    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
  });
  after(() => workspace.dispose());

  /** Name, time and text of what lies in the project's folder beside state, records and catalog. */
  const files = () =>
    readdirSync(workspace.folder)
      .filter((name) => statSync(join(workspace.folder, name)).isFile())
      .map((name) => {
        const file = join(workspace.folder, name);
        return `${name} ${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`;
      });

  const preview = (settings: Record<string, unknown>) =>
    previewPlan({
      stack: "prod",
      project: "knowngood",
      folder: workspace.folder,
      settings,
      env: workspace.env,
    });

  it("gives the plan as data, and leaves every file as it was", async () => {
    const before = files();
    const { plan, exitCode, changes, text } = await preview({ imageTag: "v2" });
    expect(exitCode, text).to.equal(0);
    expect(changes).to.equal(true);
    expect(files()).to.deep.equal(before);
    expect(plan).to.deep.include({
      stack: "knowngood/prod",
      protected: false,
      direction: "forward",
      from: "v1",
      to: "v2",
      leaves: [],
      refusals: [],
    });
    expect(plan?.knownGood.map(({ tag }) => tag)).to.deep.equal(["v1"]);
    expect(plan?.lastKnownGood?.tag).to.equal("v1");
    expect(plan?.schema?.pending).to.deep.equal(["20260102000000"]);
    expect(plan?.services.map(({ service, from, to }) => [service, from?.tag, to.tag])).to.deep.equal([
      ["api", "v1", "v2"],
      ["worker", "v1", "v2"],
    ]);
    expect(plan?.text).to.contain("knowngood/prod: forward from v1 to v2");
  });

  it("tells whether Pulumi would change anything, though the release stays", async () => {
    const still = await preview({});
    expect(still.plan?.settled, still.text).to.equal(true);
    expect(still.changes, still.text).to.equal(false);
    const other = await preview({ volumes: { data: {}, uploads: {} } });
    expect(other.plan?.settled, other.text).to.equal(true);
    expect(other.changes, other.text).to.equal(true);
  });

  it("gives the plan of what is refused, too", async () => {
    const { plan, exitCode, text } = await preview({ imageTag: "v2", hold: "data is being restored" });
    expect(exitCode, text).to.not.equal(0);
    expect(plan?.refusals.map(({ guard }) => guard)).to.deep.equal(["hold"]);
  });

  it("has no plan for a tag that nobody knows, and says so", async () => {
    const { plan, exitCode, text } = await preview({ imageTag: "v9" });
    expect(exitCode).to.not.equal(0);
    expect(plan).to.equal(undefined);
    expect(text).to.contain("The release v9 is not in the catalog");
  });
});
