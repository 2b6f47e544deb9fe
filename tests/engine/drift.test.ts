import { expect } from "chai";
import { labels } from "../../history/running";
import { endState, namesOf } from "./endState";
import { answerOf, buildImages, twoReleases, type TwoReleasesImages } from "./twoReleases";
import { Workspace } from "./workspace";

describe("what was changed by hand is put right by the next up", () => {
  let workspace: Workspace;
  let port: number;
  let images: TwoReleasesImages;
  let asReleased: unknown;
  const container = () => `${workspace.prefix}-prod-api`;
  const unchanged = /Resources:\n\s+\d+ unchanged\n/;

  beforeEach(async () => {
    workspace = new Workspace();
    images = await buildImages(workspace);
    port = await twoReleases(workspace, "prod", { images });
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    asReleased = await endState(workspace, "prod");
  });
  afterEach(() => workspace.dispose());

  async function docker(...words: string[]): Promise<void> {
    const ended = await workspace.docker(...words);
    expect(ended.exitCode, ended.text).to.equal(0);
  }

  async function passedAt(): Promise<string> {
    const [newest] = (await workspace.outputs("prod")).knownGood as { passedAt: string }[];
    return newest?.passedAt ?? "";
  }

  /** One `up`, after which all is as it was released; whether the gates have run again. */
  async function putRight(): Promise<boolean> {
    const before = await passedAt();
    const up = await workspace.up("prod");
    expect(up.exitCode, up.text).to.equal(0);
    expect(await endState(workspace, "prod")).to.deep.equal(asReleased);
    expect(await answerOf(port)).to.equal("v1");
    return (await passedAt()) > before;
  }

  it("a container that was removed, stopped, renamed, or replaced by one of another image; each is gated again", async () => {
    await docker("rm", "--force", container());
    expect(await putRight()).to.equal(true);

    await docker("stop", "--time", "1", container());
    expect(await putRight()).to.equal(true);

    await docker("rename", container(), `${container()}-aside`);
    expect(await putRight()).to.equal(true);

    // Somebody's own repair, with the labels that the runbook gives it.
    const { api2 } = images;
    await docker("rm", "--force", container());
    const label = ["--label", `${labels.stack}=knowngood/prod`, "--label", `${labels.service}=api`];
    await docker("run", "--detach", "--name", container(), ...label, `${api2.repository}@${api2.digest}`);
    const refused = await workspace.up("prod");
    expect(refused.exitCode, refused.text).not.to.equal(0);
    expect(refused.text).to.contain(
      `By hand: api runs v2 ${api2.digest.slice(0, 19)} in the container ${container()}`,
    );
    const set = await workspace.pulumi("config", "set", "adopt", "false", "--stack", "prod");
    expect(set.exitCode, set.text).to.equal(0);
    expect(await putRight()).to.equal(true);
  });

  it("a restart policy, in place; a network, with all that was on it", async () => {
    const before = (await workspace.containers())["prod-api"];
    await docker("update", "--restart", "no", container());
    expect(await putRight()).to.equal(false);
    expect((await workspace.containers())["prod-api"]?.Id).to.equal(before?.Id);

    const network = `${workspace.prefix}-prod`;
    await docker("network", "disconnect", "--force", network, container());
    await docker("network", "disconnect", "--force", network, `${workspace.prefix}-prod-worker`);
    await docker("network", "rm", network);
    expect(await namesOf(workspace, "network")).to.deep.equal([]);
    expect(await putRight()).to.equal(true);
  });

  it("and where nothing was, refresh, preview, preview --diff and up see no change, and history tells who and when", async () => {
    const refreshed = await workspace.pulumi("refresh", "--yes", "--stack", "prod");
    expect(refreshed.exitCode, refreshed.text).to.equal(0);
    expect(refreshed.text.match(new RegExp(unchanged, "g"))).to.have.length(2);
    for (const words of [["preview"], ["preview", "--diff"], ["preview", "--expect-no-changes"]]) {
      const preview = await workspace.pulumi(...words, "--stack", "prod");
      expect(preview.exitCode, preview.text).to.equal(0);
      expect(preview.text, words.join(" ")).to.match(unchanged);
      expect(preview.text).not.to.contain("[diff:");
    }
    expect((await workspace.up("prod")).text).to.match(unchanged);
    expect(await endState(workspace, "prod")).to.deep.equal(asReleased);

    const history = await workspace.pulumi("stack", "history", "--json", "--stack", "prod");
    const updates = JSON.parse(history.stdout) as { kind: string; result: string }[];
    expect(updates.map(({ kind, result }) => [kind, result])).to.deep.equal([
      ["update", "succeeded"],
      ["refresh", "succeeded"],
      ["update", "succeeded"],
    ]);
    const words = await workspace.pulumi("stack", "history", "--stack", "prod");
    expect(words.stdout).to.match(/UpdateKind: refresh\nStatus: succeeded/);
  });
});
