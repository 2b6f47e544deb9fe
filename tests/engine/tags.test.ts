import { expect } from "chai";
import { freePorts } from "./freePorts";
import { answering, servicePort } from "./images";
import { Workspace } from "./workspace";

describe("tags of every kind", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  it("goes back by a version and by a commit's SHA, and runs the catalog's digest though the tag has moved", async () => {
    // YAML would read it as a number, were it not kept as a text.
    const sha = "12345678e9012345678901234567890123456789";
    const [port = 0] = await freePorts(1);
    const [oldest, middle, newest] = await Promise.all([
      answering(workspace, "api", sha, "oldest"),
      answering(workspace, "api", "v1.4.2", "middle"),
      answering(workspace, "api", "v1.5.0", "newest"),
    ]);
    workspace.release(sha, { services: { api: oldest } });
    workspace.release("v1.4.2", { services: { api: middle } });
    workspace.release("v1.5.0", { services: { api: newest } });
    await workspace.stack("prod", {
      imageTag: "v1.5.0",
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          health: { path: "/health", within: 30 },
        },
      },
    });
    const runs = async () => {
      const container = (await workspace.containers())["prod-api"];
      return {
        text: await (await fetch(`http://127.0.0.1:${port}/health`)).text(),
        image: container?.Config.Image,
        release: container?.Config.Labels["knowngood.release"],
        digest: container?.Config.Labels["knowngood.digest"],
      };
    };
    expect((await workspace.up("prod")).exitCode).to.equal(0);
    expect((await runs()).text).to.equal("newest");

    await workspace.target("prod", "v1.4.2");
    const byVersion = await workspace.up("prod");
    expect(byVersion.exitCode, byVersion.text).to.equal(0);
    expect(byVersion.text).to.contain("knowngood/prod: rollback from v1.5.0 to v1.4.2");
    expect(await runs()).to.deep.equal({
      text: "middle",
      image: `${middle.repository}@${middle.digest}`,
      release: "v1.4.2",
      digest: middle.digest,
    });

    const moved = await answering(workspace, "api", sha, "somebody pushed again");
    expect(moved.digest).not.to.equal(oldest.digest);
    await workspace.target("prod", sha);
    const preview = await workspace.preview("prod");
    expect(preview.exitCode, preview.text).to.equal(0);
    expect(preview.text).to.contain(`knowngood/prod: rollback from v1.4.2 to ${sha}`);
    expect(preview.text).to.contain(
      `warning: api: the tag ${oldest.repository}:${sha} has moved in the registry, ` +
        `from ${oldest.digest} to ${moved.digest}. What runs is the catalog's digest; ` +
        "a changed image needs a tag of its own.",
    );
    const bySha = await workspace.up("prod");
    expect(bySha.exitCode, bySha.text).to.equal(0);
    expect(await runs()).to.deep.equal({
      text: "oldest",
      image: `${oldest.repository}@${oldest.digest}`,
      release: sha,
      digest: oldest.digest,
    });

    const state = (await workspace.pulumi("stack", "export", "--stack", "prod")).stdout;
    const references = state.match(new RegExp(`${oldest.repository}[^"\\\\]*`, "g")) ?? [];
    expect(references).not.to.be.empty;
    for (const reference of references) {
      expect(reference).to.match(new RegExp(`^${oldest.repository}@sha256:[0-9a-f]{64}$`));
    }
    const { knownGood, release } = await workspace.outputs("prod");
    expect(release).to.equal(sha);
    expect((knownGood as { tag: string }[]).map(({ tag }) => tag)).to.deep.equal([sha, "v1.4.2", "v1.5.0"]);
  });
});
