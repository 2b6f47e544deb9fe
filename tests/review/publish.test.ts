import { expect } from "chai";
import { deployedBranch, setBranch } from "../../review/branches";
import type { ReviewPlace } from "../../review/place";
import { deployedFile, publish } from "../../review/publish";
import { Repository, rights } from "../../review/repository";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf, publicationOf, stackText, TestRepository } from "./proposals";

const path = "deploy/Pulumi.prod.yaml";
const proposedFile = stackText
  .replace("imageTag: v3 #", "imageTag: v2 #")
  .concat("    - tag: v3\n      reason: orders fail since v3\n")
  .concat("  knowngood:record:\n    reason: orders fail since v3\n");
const branch = "knowngood/shop/prod/v2";

describe("a proposed rollback", () => {
  let github: TestGitHub;
  let there: TestRepository;
  beforeEach(async () => {
    github = await startGitHub([
      {
        id: 7,
        permissions: {
          ...{ contents: "write", pull_requests: "write", issues: "write" },
          ...{ checks: "read", metadata: "read" },
        },
      },
      { id: 8, permissions: { contents: "read", pull_requests: "write", metadata: "read" } },
    ]);
    there = new TestRepository(github);
    await there.write(path, await there.defaultBranch(), stackText);
  });
  afterEach(() => github.close());

  const proposeAs = async (
    place: Partial<ReviewPlace> = {},
    more: Parameters<typeof publicationOf>[1] = {},
    of?: (typeof rights)[keyof typeof rights],
  ) => {
    const repository = new Repository(placeOf(github, place), { ...(of && { rights: of }) });
    const file = await deployedFile(repository, await deployedBranch(repository), path);
    return publish(repository, publicationOf(file, more));
  };
  const problemOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "",
      (error: unknown) => (error as Error).message,
    );

  it("is one commit that changes the release and what is quarantined, and keeps every comment", async () => {
    const { updated, commit, warnings } = await proposeAs({}, { labels: ["rollback"], reviewers: ["anna"] });
    expect(warnings).to.deep.equal([]);
    expect(updated).to.equal(false);
    expect(await there.text(path, branch)).to.equal(proposedFile);
    const [own, before] = await there.commits(branch);
    expect(own?.sha).to.equal(commit);
    expect(own?.commit.message).to.equal("Roll back shop/prod: v3 → v2\n\norders fail since v3");
    expect(own?.parents.map(({ sha }) => sha)).to.deep.equal([before?.sha]);
    const [pull, ...others] = await there.pulls();
    expect(others).to.deep.equal([]);
    expect([pull?.title, pull?.head, pull?.base.ref]).to.deep.equal([
      "Roll back shop/prod: v3 → v2",
      { ...pull?.head, ref: branch, sha: commit },
      await there.defaultBranch(),
    ]);
    expect(pull?.labels.map(({ name }) => name)).to.deep.equal(["rollback"]);
    expect(pull?.requested_reviewers.map(({ login }) => login)).to.deep.equal(["anna"]);
    expect(await there.text(path, await there.defaultBranch())).to.equal(stackText);
  });

  it("is brought up to date by a second one, and keeps what a reviewer has committed to it", async () => {
    const first = await proposeAs();
    await there.write(path, branch, `${proposedFile}  knowngood:acknowledge: "17648dd272af"\n`);
    const [head] = await there.commits(branch);
    const second = await proposeAs({}, { reason: "the shop is down" });
    expect([second.updated, second.pull.number, second.commit]).to.deep.equal([
      true,
      first.pull.number,
      head?.sha,
    ]);
    const [own = ""] = [head?.sha.slice(0, 12)];
    expect(second.warnings).to.deep.equal([
      `The branch ${branch} has commits by others, which are merged with it: ${own}`,
    ]);
    expect((await there.pulls())[0]?.body).to.contain("the shop is down");
    expect((await there.pulls())[0]?.body).to.contain(`- \`${own}\` \`Change ${path}\``);
    expect(await there.text(path, branch)).to.contain("17648dd272af");
  });

  it("keeps what was ticked in its body, and tells what the branch has not as it was previewed", async () => {
    const { pull } = await proposeAs();
    const [first] = await there.pulls();
    expect(first?.body.match(/^- \[ \] /gm)).to.have.length(5);
    const ticked = first?.body.replace("- [ ] Who looks", "- [x] Who looks");
    await github.ask(`pulls/${pull.number}`, "PATCH", { body: ticked });
    const { warnings } = await proposeAs({}, { reason: "the shop is down", unlike: ["main has no v2"] });
    expect(warnings).to.deep.equal(["main has no v2"]);
    const [second] = await there.pulls();
    expect(second?.body)
      .to.contain("- [x] Who looks")
      .and.contain("the shop is down")
      .and.contain("- `main has no v2`");
    expect(second?.body.match(/^- \[ \] /gm)).to.have.length(4);
  });

  it("begins anew where the stack file has changed since, and says what it leaves behind", async () => {
    const first = await proposeAs();
    const acknowledged = await there.write(
      path,
      branch,
      `${proposedFile}  knowngood:acknowledge: "17648dd272af"\n`,
    );
    const changed = stackText.replace("imageTag: v3 #", "imageTag: v4 #");
    await there.write(path, await there.defaultBranch(), changed);
    expect(await problemOf(github.ask(`pulls/${first.pull.number}/merge`, "PUT"))).to.contain(
      "not mergeable",
    );
    const second = await proposeAs();
    expect(second.pull.number).to.equal(first.pull.number);
    expect(second.warnings).to.deep.equal([
      `The branch ${branch} began anew, as the stack file has changed since. Left behind are the commits ` +
        `${acknowledged.slice(0, 12)}; an acknowledgement among them has to be given anew`,
    ]);
    expect(await there.text(path, branch)).to.equal(proposedFile);
    await github.ask(`pulls/${second.pull.number}/merge`, "PUT");
    expect(await there.text(path, await there.defaultBranch())).to.equal(proposedFile);
  });

  const begin = async () => {
    const [tip] = await there.commits(await there.defaultBranch());
    await github.ask("git/refs", "POST", { ref: `refs/heads/${branch}`, sha: tip?.sha });
  };
  const short = (...commits: string[]) => commits.map((sha) => sha.slice(0, 12)).join(", ");

  it("takes up nothing that lay on its branch beforehand, though it looks like a proposal", async () => {
    await begin();
    const theirs = [
      await there.write(path, branch, proposedFile),
      await there.write("index.ts", branch, "process.exit(0);\n"),
      await there.write(path, branch, `${proposedFile}  knowngood:acknowledge: "17648dd272af"\n`),
    ];
    const { warnings } = await proposeAs();
    expect(warnings).to.deep.equal([
      `The branch ${branch} began anew, as no open pull request has it. Left behind are the commits ` +
        `${short(...theirs.slice(1))}; an acknowledgement among them has to be given anew`,
    ]);
    expect(await there.text(path, branch)).to.equal(proposedFile);
    expect(await problemOf(there.text("index.ts", branch))).to.contain("404");
  });

  it("takes up no pull request that somebody else began there, be it one commit, and tells of it", async () => {
    await begin();
    const theirs = await there.write(path, branch, `${proposedFile}  knowngood:hold: never\n`);
    const base = await there.defaultBranch();
    await github.ask("pulls", "POST", { title: "Mine", head: branch, base });
    const { warnings, updated } = await proposeAs();
    expect(updated).to.equal(true);
    expect(warnings).to.deep.equal([
      `The branch ${branch} began anew, as it did not begin as this proposal. Left behind are the commits ` +
        `${short(theirs)}; an acknowledgement among them has to be given anew`,
    ]);
    expect(await there.text(path, branch)).to.equal(proposedFile);
  });

  it("begins anew where somebody has put another file on its branch", async () => {
    await proposeAs();
    const theirs = await there.write("index.ts", branch, "process.exit(0);\n");
    expect((await proposeAs()).warnings).to.deep.equal([
      `The branch ${branch} began anew, as it touches more than ${path}. Left behind are the commits ` +
        `${short(theirs)}; an acknowledgement among them has to be given anew`,
    ]);
    expect(await problemOf(there.text("index.ts", branch))).to.contain("404");
  });

  it("leaves an acknowledgement of a closed one behind", async () => {
    const { pull } = await proposeAs();
    const theirs = await there.write(
      path,
      branch,
      `${proposedFile}  knowngood:acknowledge: "17648dd272af"\n`,
    );
    await github.ask(`pulls/${pull.number}`, "PATCH", { state: "closed" });
    const second = await proposeAs();
    expect([second.updated, second.pull.number === pull.number]).to.deep.equal([false, false]);
    expect(second.warnings.join()).to.contain("as no open pull request has it").and.contain(short(theirs));
    expect(await there.text(path, branch)).to.equal(proposedFile);
  });

  it("moves its branch only from where that was looked at", async () => {
    const { commit } = await proposeAs();
    const theirs = await there.write(path, branch, `${proposedFile}  knowngood:hold: wait\n`);
    const repository = new Repository(placeOf(github));
    expect(await setBranch(repository, branch, github.commit, commit)).to.equal(false);
    expect(await setBranch(repository, branch, github.commit, undefined)).to.equal(false);
    expect((await there.commits(branch))[0]?.sha).to.equal(theirs);
    expect(await setBranch(repository, branch, github.commit, theirs)).to.equal(true);
    expect((await there.commits(branch))[0]?.sha).to.equal(github.commit);
  });

  it("stays where only other files have changed since", async () => {
    const first = await proposeAs();
    await there.write("README.md", await there.defaultBranch(), "# Shop\n");
    expect((await proposeAs()).commit).to.equal(first.commit);
    await github.ask(`pulls/${first.pull.number}/merge`, "PUT");
    expect(await there.text("README.md", await there.defaultBranch())).to.equal("# Shop\n");
  });

  it("is for the default branch as it is called now", async () => {
    const old = await there.defaultBranch();
    const first = await proposeAs();
    const [tip] = await there.commits(old);
    await github.ask("git/refs", "POST", { ref: "refs/heads/trunk", sha: tip?.sha });
    await github.ask("", "PATCH", { default_branch: "trunk" });
    await github.ask(`git/refs/heads/${old}`, "DELETE");
    const second = await proposeAs();
    expect([second.updated, second.pull.number]).to.deep.equal([true, first.pull.number]);
    expect((await there.pulls())[0]?.base.ref).to.equal("trunk");
    expect(await problemOf(proposeAs({ branch: old }))).to.contain(
      `found ${old}; the default branch is trunk, which is taken without this setting`,
    );
  });

  it("is an empty commit where the branch says it already, so that the deployment itself is reviewed", async () => {
    await there.write(path, await there.defaultBranch(), proposedFile);
    const { commit } = await proposeAs();
    const [own, before] = await there.commits(branch);
    expect(own?.sha).to.equal(commit);
    const trees = (await Promise.all([own, before].map((one) => github.ask(`git/commits/${one?.sha}`)))) as {
      tree: { sha: string };
    }[];
    expect(trees[0]?.tree.sha).to.equal(trees[1]?.tree.sha);
  });

  it("can be an app's, which asks which installation it has", async () => {
    const app = { id: "7", privateKey: github.key };
    expect((await proposeAs({ token: { ...app, installation: undefined } })).updated).to.equal(false);
    expect((await proposeAs({ token: { ...app, installation: 70 } })).updated).to.equal(true);
  });

  it("asks for an app's token that may do no more than the command needs", async () => {
    const token = { id: "7", privateKey: github.key, installation: 70 };
    expect(await problemOf(proposeAs({ token }, {}, rights.deploy))).to.contain(
      "did not take a commit (acme/shop): HTTP 403",
    );
    expect((await proposeAs({ token }, {}, rights.propose)).updated).to.equal(false);
  });

  it("leaves nothing where a right is missing, and names it", async () => {
    const privateKey = github.key;
    const problem = await problemOf(proposeAs({ token: { id: "8", privateKey, installation: 80 } }));
    expect(problem).to.match(/^GitHub \(http.*\) did not take a commit \(acme\/shop\): HTTP 403: /);
    expect(problem).to.contain("It takes `contents: write`");
    expect(await there.pulls()).to.deep.equal([]);
  });

  it("says that a key is none, and never shows it", async () => {
    const privateKey = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----";
    const problem = await problemOf(proposeAs({ token: { id: "7", privateKey, installation: undefined } }));
    expect(problem).to.match(/^GitHub \(http.*\) did not let the app in \(acme\/shop\): Invalid keyData/);
    expect(problem).not.to.contain("c2VjcmV0");
    const unknown = await problemOf(proposeAs({ repository: "acme/other" }));
    expect(unknown).to.match(
      /^GitHub \(http.*\) did not tell its default branch \(acme\/other\): HTTP 404: /,
    );
    expect(unknown).not.to.contain(github.token);
  });

  for (const [what, status, headers, told] of [
    [
      "its limit of an hour",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" },
      "from 2027-01-15T08:00:00.000Z on",
    ],
    ["its limit of writing", 403, { "retry-after": "60" }, "in 60 s"],
    ["too many at once", 429, { "retry-after": "5" }, "in 5 s"],
  ] as const)
    it(`says when to ask again where GitHub speaks of ${what}, and goes on from there`, async () => {
      for (const after of [0, 2, 5, 7]) {
        github.limit({ after, status, headers });
        expect(await problemOf(proposeAs()), String(after)).to.contain(
          `HTTP ${status}: too much was asked; ask again ${told}`,
        );
        github.limit(undefined);
      }
      await proposeAs();
      expect(await there.pulls()).to.have.length(1);
      expect(await there.text(path, branch)).to.equal(proposedFile);
    });

  it("stands without a label or a reviewer that GitHub does not take", async () => {
    const { warnings, updated } = await proposeAs(
      {},
      { reviewers: ["nobody", "anna"], teamReviewers: ["on-call"] },
    );
    expect(updated).to.equal(false);
    expect(warnings.map((text) => text.replace(/ \(.*?\)/, ""))).to.have.length(2);
    expect(warnings[0]).to.contain("did not ask nobody for a review");
    expect(warnings[1]).to.contain("did not ask the team on-call for a review");
    expect((await there.pulls())[0]?.requested_reviewers.map(({ login }) => login)).to.deep.equal(["anna"]);
  });

  it("says where the stack file is missing", async () => {
    const repository = new Repository(placeOf(github));
    const base = await deployedBranch(repository);
    expect(await problemOf(deployedFile(repository, base, "Pulumi.prod.yaml"))).to.contain(
      `acme/shop, branch ${base}\n    found no Pulumi.prod.yaml`,
    );
  });

  it("warns of settings for another change that the stack file has still", async () => {
    const left = `${stackText}  knowngood:retry: {tag: v2, reason: flaky}\n`;
    const base = await there.defaultBranch();
    await there.write(path, base, left);
    expect((await proposeAs()).warnings).to.deep.equal([
      `${path} on ${base} has knowngood:retry still, which holds for this change too: take it out there where that is not meant`,
    ]);
    expect((await there.pulls())[0]?.body).to.contain("has `knowngood:retry`, which holds");
  });

  it("is one, whoever of two comes first", async () => {
    const both = await Promise.all([proposeAs(), proposeAs()]);
    expect(await there.pulls()).to.have.length(1);
    expect(new Set(both.map(({ pull }) => pull.number)).size).to.equal(1);
    expect(await there.text(path, branch)).to.equal(proposedFile);
  });
});
