import { expect } from "chai";
import type { Release } from "../../catalog/release";
import { releaseText } from "../../catalog/releaseFile";
import { deployedBranch, tipOf } from "../../review/branches";
import { differences, type ProposedFrom } from "../../review/differences";
import { Repository } from "../../review/repository";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf, TestRepository } from "./proposals";

describe("what the branch that is deployed from has not as it was previewed", () => {
  let github: TestGitHub;
  let there: TestRepository;
  let repository: Repository;
  let main: string;
  beforeEach(async () => {
    github = await startGitHub();
    there = new TestRepository(github);
    repository = new Repository(placeOf(github));
    main = await deployedBranch(repository);
  });
  afterEach(() => github.close());

  const release: Release = {
    ...{ tag: "v2", time: "2026-03-01T09:00:00.000Z", order: 2, migrations: [], flags: [] },
    services: { api: { repository: "acme/api", digest: `sha256:${"b".repeat(64)}` } },
  };
  const told = async (more: Partial<ProposedFrom> = {}) =>
    differences(repository, {
      ...{
        branch: main,
        commit: (await tipOf(repository, main)) ?? "",
        place: "deploy/",
        releases: "releases",
      },
      ...{ stackFile: "deploy/Pulumi.prod.yaml", release, notCommitted: [], ...more },
    });
  const path = "deploy/releases/v2.yaml";

  it("is the release's file, where it is missing or another one", async () => {
    expect(await told()).to.deep.equal([
      `${main} has no ${path}, so the check can't know v2: commit it there, with the SQL that it names in deploy/releases/migrations`,
    ]);
    await there.write(path, main, `# Ours.\n${releaseText(release)}`);
    expect(await told()).to.deep.equal([]);
    expect(await told({ releases: "./releases/" })).to.deep.equal([]);
    const other = `${path} is another one on ${main} than here, and it is that of ${main} that is deployed`;
    for (const text of [releaseText({ ...release, order: 3 }), "tag: [v2"]) {
      await there.write(path, main, text);
      expect(await told()).to.deep.equal([other]);
    }
    for (const releases of ["/srv/releases", "../../releases"])
      expect(await told({ releases })).to.deep.equal([]);
  });

  it("is the commit that the release was built from, where the repository has it and the branch has not", async () => {
    await there.write(path, main, releaseText(release));
    await github.ask("git/refs", "POST", { ref: "refs/heads/hotfix", sha: github.commit });
    const built = async (commit: string) => {
      const own = { ...release, commit };
      await there.write(path, main, releaseText(own));
      return told({ release: own });
    };
    expect(await built(github.commit)).to.deep.equal([]);
    expect(await built("1".repeat(40))).to.deep.equal([]);
    const away = await there.write("fix.md", "hotfix", "# Fix\n");
    expect(await built(away)).to.deep.equal([
      `v2 was built from ${away.slice(0, 12)}, which is not on ${main}`,
    ]);
  });

  it("is what is not committed here, but for the stack file, which is read from the branch", async () => {
    await there.write(path, main, releaseText(release));
    expect(await told({ notCommitted: ["deploy/Pulumi.prod.yaml"] })).to.deep.equal([]);
    expect(await told({ notCommitted: ["deploy/Pulumi.prod.yaml", "deploy/index.ts"] })).to.deep.equal([
      "What was previewed has files that are not committed as they are: deploy/index.ts. The check sees the commit",
    ]);
  });
});
