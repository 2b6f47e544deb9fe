import { expect } from "chai";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginCheck, checksOf, endCheck } from "../../review/checks";
import { findReview, reviewedBy } from "../../review/deploy";
import { Repository } from "../../review/repository";
import { reviewedIn, reviewedText } from "../../review/reviewedCheck";
import { isTreeOf, parentsIn, placeInRepository } from "../../review/workingTree";
import { checkOut, git } from "../github/checkout";
import { startGitHub, type TestGitHub } from "../github/github";
import { least, settingsOf } from "../settings/stack";
import { placeOf, stackText, TestRepository } from "./proposals";

const path = "deploy/Pulumi.prod.yaml";
const named = { stack: "prod", label: "shop/prod", settings: settingsOf(least) };
const held = { stack: "shop/prod", tag: "v2", fingerprint: "17648dd272af" };

describe("what was reviewed of what is checked out", () => {
  let github: TestGitHub;
  let there: TestRepository;
  let repository: Repository;
  let folder: string;
  let main: string;
  beforeEach(async () => {
    github = await startGitHub();
    there = new TestRepository(github);
    repository = new Repository(placeOf(github));
    folder = mkdtempSync(join(tmpdir(), "knowngood-review-"));
    mkdirSync(join(folder, "deploy"));
    main = await there.defaultBranch();
    await there.write(path, main, stackText);
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await github.close();
  });

  /** Opens a pull request that changes the stack file, with a check. @returns its number and head */
  async function opened(text: string, reviewed: string | undefined = reviewedText(held), passed = true) {
    const [tip] = await there.commits(main);
    await github.ask("git/refs", "POST", { ref: "refs/heads/change", sha: tip?.sha });
    const head = await there.write(path, "change", text);
    const { number } = (await github.ask("pulls", "POST", {
      ...{ title: "Change", head: "change", base: main },
    })) as { number: number };
    const check = await beginCheck(repository, "knowngood/prod", head);
    const words = { title: "x", summary: "x", text: "no report" };
    await endCheck(repository, check, passed, words, reviewed);
    return { number, head };
  }
  const approvedAndMerged = async (number: number, method?: string) => {
    await github.review(number);
    return merge(number, method);
  };
  const merge = async (number: number, method = "merge") =>
    ((await github.ask(`pulls/${number}/merge`, "PUT", { merge_method: method })) as { sha: string }).sha;
  const find = () => findReview(repository, named, join(folder, "deploy"));
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => "",
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const changed = stackText.replace("imageTag: v3", "imageTag: v2");

  for (const method of ["merge", "squash"])
    it(`is what the check of the pull request's head holds, after a ${method}`, async () => {
      const { number, head } = await opened(changed);
      await checkOut(github, await approvedAndMerged(number, method), folder);
      const { pull, reviewed, report } = await find();
      expect([pull.number, pull.head, reviewed, report]).to.deep.equal([number, head, held, undefined]);
    });

  it("is nothing for a commit that came with no pull request", async () => {
    await checkOut(github, await there.write(path, main, changed), folder);
    expect(await problemOf(find())).to.match(
      /^Refused: The commit [0-9a-f]{12} came into the branch main of acme\/shop with no pull request, .* npx knowngood propose TAG --stack prod --reason WHY$/,
    );
  });

  it("is nothing where the check failed, is missing, or is another stack's", async () => {
    const other = reviewedText({ ...held, stack: "shop/test" });
    const { number } = await opened(changed, other);
    await checkOut(github, await merge(number), folder);
    expect(await problemOf(find())).to.match(
      /^Refused: The check knowngood\/prod has not passed on the last commit of /,
    );
  });

  it("is nothing where the same commit was seen as something else before", async () => {
    const { number, head } = await opened(changed);
    const again = await beginCheck(repository, "knowngood/prod", head);
    const words = { title: "x", summary: "x", text: undefined };
    await endCheck(repository, again, true, words, reviewedText({ ...held, fingerprint: "0123456789ab" }));
    await checkOut(github, await merge(number), folder);
    expect(await problemOf(find())).to.match(/^Refused: .* or has seen different things of it/);
  });

  it("is nothing until somebody else has approved the last commit, which may be after the merge", async () => {
    const { number, head } = await opened(changed);
    await github.review(number, "COMMENT");
    await checkOut(github, await merge(number), folder);
    expect(await problemOf(find())).to.match(
      /^Refused: Nobody has approved the last commit of \S+ \([0-9a-f]{12}\) after its check ended at \S+Z, so nothing was deployed\. /,
    );
    await github.ask(`pulls/${number}/reviews`, "POST", { event: "APPROVE", commit_id: head });
    expect(await problemOf(find())).to.contain("(acme has made the change)");
    await github.review(number, "APPROVE", github.commit);
    expect(await problemOf(find())).to.contain(
      `anna has approved ${github.commit.slice(0, 12)}, which is not its last commit`,
    );
    await github.review(number);
    expect((await find()).pull.number).to.equal(number);
    await github.ask("collaborators/anna", "PUT", { permission: "pull" });
    expect(await problemOf(find())).to.contain("anna may not write to the repository");
    await github.ask("collaborators/anna", "PUT", { permission: "push" });
    await github.review(number, "REQUEST_CHANGES");
    expect(await problemOf(find())).to.contain("anna wants changes");
  });

  it("is not what an approval was given to before the check, as of an empty commit", async () => {
    const { number, head } = await opened(changed);
    await github.review(number);
    const later = await beginCheck(repository, "knowngood/prod", head);
    await github.ask(`check-runs/${later}`, "PATCH", {
      ...{ status: "completed", conclusion: "success", external_id: reviewedText(held) },
      completed_at: "2999-01-01T00:00:00Z",
    });
    await checkOut(github, await merge(number), folder);
    expect(await problemOf(find())).to.match(
      /anna has approved it at \S+, before the check ended at 2999-01-01T00:00:00Z/,
    );
  });

  it("is nothing where the pull request was merged into another branch", async () => {
    const { number } = await opened(changed);
    const [tip] = await there.commits(main);
    await github.ask("git/refs", "POST", { ref: "refs/heads/other", sha: tip?.sha });
    await github.ask(`pulls/${number}`, "PATCH", { base: "other" });
    await checkOut(github, await approvedAndMerged(number), folder);
    expect(await problemOf(find())).to.match(/^Refused: The commit [0-9a-f]{12} came into the branch main /);
  });

  it("is nothing where another app wrote the check, unless the settings name that app", async () => {
    github.writeChecksAs({ id: 99, slug: "elsewhere" });
    const { number } = await opened(changed);
    await checkOut(github, await approvedAndMerged(number), folder);
    expect(await problemOf(find())).to.contain("was not written by GitHub Actions");
    const own = settingsOf({ ...least, review: { repository: "acme/shop", app: 99 } });
    const { reviewed } = await findReview(repository, { ...named, settings: own }, join(folder, "deploy"));
    expect(reviewed).to.deep.equal(held);
  });

  it("is not what has been changed in the working tree, nor what the branch has left behind", async () => {
    const { number } = await opened(changed);
    await checkOut(github, await approvedAndMerged(number), folder);
    writeFileSync(join(folder, "note.txt"), "not git's\n");
    expect((await find()).pull.number).to.equal(number);
    writeFileSync(join(folder, "README.md"), "# Another\n");
    expect(await problemOf(find())).to.match(
      /^Refused: What is checked out here is not as it was committed \(README\.md\), so nothing was deployed/,
    );
    writeFileSync(join(folder, "README.md"), await there.text("README.md", main));
    await github.ask(`git/refs/heads/${main}`, "PATCH", { sha: github.commit, force: true });
    expect(await problemOf(find())).to.match(
      /^Refused: The branch main of acme\/shop does not lead to the commit /,
    );
  });

  it("is not what has files that git does not have, below the project's folder, but for what is ignored or the tool's own", async () => {
    const { number } = await opened(changed);
    await checkOut(github, await approvedAndMerged(number), folder);
    const at = (name: string) => join(folder, "deploy", name);
    mkdirSync(at("releases"));
    mkdirSync(at(".knowngood"));
    writeFileSync(at(".knowngood/records.jsonl"), "{}\n");
    writeFileSync(join(folder, ".git", "info", "exclude"), "*.log\n");
    writeFileSync(at("up.log"), "");
    expect((await find()).pull.number).to.equal(number);
    writeFileSync(at("releases/v2.yaml"), "tag: v2\n");
    expect(await problemOf(find())).to.match(
      /^Refused: What is checked out here is not as it was committed \(releases\/v2.yaml \(not in git\)\), so nothing was deployed/,
    );
    rmSync(at("releases/v2.yaml"));
    expect((await find()).pull.number).to.equal(number);
    for (const name of "abcdef") writeFileSync(at(`${name} é.ts`), "");
    expect(await problemOf(find()))
      .to.contain("(a é.ts (not in git), b é.ts (not in git),")
      .and.contain(" and 1 more)");
  });

  it("is superseded once the branch has another stack file, and not by another file", async () => {
    const { number } = await opened(changed);
    await checkOut(github, await approvedAndMerged(number), folder);
    await there.write("README.md", main, "# Shop\n");
    expect((await find()).pull.number).to.equal(number);
    await there.write(path, main, stackText.replace("imageTag: v3", "imageTag: v4"));
    expect(await problemOf(find())).to.match(
      /^Refused: deploy\/Pulumi.prod.yaml is another one in the newest commit of main, so what is checked out was not deployed/,
    );
  });

  it("is told where it is, once something else was merged after it or the branch was written to", async () => {
    const { number } = await opened(changed);
    const sha = await approvedAndMerged(number);
    await checkOut(github, sha, folder);
    const top = realpathSync(folder);
    const { url } = (await find()).pull;
    const commands = () => {
      const tree = `${top}-${sha.slice(0, 12)}`;
      return [
        `The last change of ${path} came with ${url}. To deploy that as it was reviewed, from a working tree of its own:`,
        `  git fetch origin ${sha}`,
        `  git worktree add --detach ${tree} ${sha}`,
        `  cd ${tree}/deploy && npm ci && npx knowngood review deploy --stack prod`,
      ].join("\n");
    };
    await checkOut(github, await there.write("README.md", main, "# Shop\n"), folder);
    expect(await problemOf(find()))
      .to.match(/^Refused: The commit .* with no pull request/)
      .and.contain(commands());
    await github.ask("git/refs", "POST", { ref: "refs/heads/other", sha });
    await there.write("note.md", "other", "# Note\n");
    const other = { title: "Other", head: "other", base: main };
    const { number: next } = (await github.ask("pulls", "POST", other)) as { number: number };
    await checkOut(github, await approvedAndMerged(next), folder);
    expect(await problemOf(find()))
      .to.match(/^Refused: The check knowngood\/prod has not passed/)
      .and.contain(commands());
    // Typed as told, it is what was reviewed.
    git(folder, ["worktree", "add", "--quiet", "--detach", `${top}-${sha.slice(0, 12)}`, sha]);
    const found = await findReview(repository, named, join(`${top}-${sha.slice(0, 12)}`, "deploy"));
    rmSync(`${top}-${sha.slice(0, 12)}`, { recursive: true });
    expect(found.pull.number).to.equal(number);
  });

  it("rests on all checks of the commit, be they more than GitHub tells at once", async () => {
    const { number, head } = await opened(changed, reviewedText({ ...held, fingerprint: "0123456789ab" }));
    for (let count = 0; count < 100; count++) {
      const check = await beginCheck(repository, "knowngood/prod", head);
      await endCheck(
        repository,
        check,
        true,
        { title: "x", summary: "x", text: undefined },
        reviewedText(held),
      );
    }
    await checkOut(github, await approvedAndMerged(number), folder);
    expect(await checksOf(repository, "knowngood/prod", head)).to.have.length(101);
    expect(await problemOf(find())).to.contain("or has seen different things of it");
  });

  it("rests on all that was said of the pull request, be it more than GitHub tells at once", async () => {
    const { number, head } = await opened(changed);
    await github.review(number);
    for (let count = 0; count < 100; count++)
      await github.ask(`pulls/${number}/reviews`, "POST", { event: "COMMENT", body: "+1", commit_id: head });
    await github.review(number, "REQUEST_CHANGES");
    await checkOut(github, await merge(number), folder);
    expect(await problemOf(find())).to.contain("(anna wants changes)");
  });

  it("can be told from a checkout without history, of a pull request's head and of its merge", async () => {
    const { number, head } = await opened(changed);
    const before = (await there.commits(main))[0]?.sha ?? "";
    await checkOut(github, head, folder);
    expect([await isTreeOf(folder, head), await isTreeOf(folder, "0".repeat(40))]).to.deep.equal([
      true,
      false,
    ]);
    expect(await placeInRepository(join(folder, "deploy"))).to.equal("deploy/");
    await checkOut(github, await merge(number), folder);
    expect([await isTreeOf(folder, head), await isTreeOf(folder, before)]).to.deep.equal([true, true]);
  });

  it("is told where there is no checkout", async () => {
    expect(await problemOf(find())).to.contain("run this in a git checkout of the repository");
  });
});

describe("a check's word", () => {
  const actions = { id: 15368, slug: "github-actions" };
  const elsewhere = { id: 99, slug: "elsewhere" };
  const endedAt = "2026-01-02T03:04:05Z";
  const passed = (id: number, app = actions) => ({
    id,
    app,
    passed: true,
    endedAt,
    reviewed: held,
    text: null,
  });
  const failed = (id: number, app = actions) => ({ ...passed(id, app), passed: false });
  const other = { ...held, fingerprint: "0123456789ab" };

  it("counts where the newest of the app has passed, and it saw nothing else of the commit", () => {
    for (const [what, checks, expected] of [
      ["one", [passed(1)], held],
      ["two", [passed(2), failed(1)], held],
      ["the newest failed", [failed(2), passed(1)], undefined],
      ["another app's after it", [failed(2, elsewhere), passed(1)], held],
      ["another app's instead", [passed(2, elsewhere), failed(1)], undefined],
      ["another app's alone", [passed(1, elsewhere)], undefined],
      ["nobody's", [{ ...passed(1), app: undefined }], undefined],
      ["one that runs", [{ ...passed(1), endedAt: undefined }], undefined],
      ["something else before", [passed(2), { ...passed(1), reviewed: other }], undefined],
      ["something else of another app", [passed(2), { ...passed(1, elsewhere), reviewed: other }], held],
      ["no assessment before", [passed(2), { ...failed(1), reviewed: undefined }], held],
      ["no assessment", [{ ...passed(1), reviewed: undefined }], undefined],
      ["none", [], undefined],
    ] as const)
      expect(reviewedBy(checks, "shop/prod", undefined)?.reviewed, what).to.deep.equal(expected);
    expect(reviewedBy([passed(1)], "shop/test", undefined)).to.equal(undefined);
    expect(reviewedBy([failed(2), passed(1, elsewhere)], "shop/prod", 99)?.reviewed).to.deep.equal(held);
    expect(reviewedBy([passed(1)], "shop/prod", 99)).to.equal(undefined);
  });

  it("is read as it was written, and no other text is one", () => {
    expect(reviewedIn(reviewedText(held))).to.deep.equal(held);
    for (const text of ["", null, undefined, "x", "{}", '{"stack":"a","tag":"b","fingerprint":"C"}'])
      expect(reviewedIn(text), String(text)).to.equal(undefined);
  });
});

describe("the parents of a commit", () => {
  it("stand above its message", () => {
    const sha = "a".repeat(40);
    expect(parentsIn(`tree x\nparent ${sha}\nauthor y\n\nparent ${"b".repeat(40)}\n`)).to.deep.equal([sha]);
  });
});
