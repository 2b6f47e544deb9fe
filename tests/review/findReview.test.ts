import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginCheck, endCheck } from "../../review/checks";
import { findReview, reviewedBy } from "../../review/deploy";
import { Repository } from "../../review/repository";
import { reviewedIn, reviewedText } from "../../review/reviewedCheck";
import { isTreeOf, parentsIn, placeInRepository } from "../../review/workingTree";
import { checkOut } from "../github/checkout";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf, stackText, TestRepository } from "./proposals";

const path = "deploy/Pulumi.prod.yaml";
const named = { stack: "prod", label: "shop/prod" };
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
      await checkOut(github, await merge(number, method), folder);
      const { pull, reviewed, report } = await find();
      expect([pull.number, pull.head, reviewed, report]).to.deep.equal([number, head, held, undefined]);
    });

  it("is nothing for a commit that came with no pull request", async () => {
    await checkOut(github, await there.write(path, main, changed), folder);
    expect(await problemOf(find())).to.match(
      /^Refused: The commit [0-9a-f]{12} came into acme\/shop with no pull request, .* npx knowngood propose TAG --stack prod --reason WHY$/,
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

  it("is superseded once the branch has another stack file, and not by another file", async () => {
    const { number } = await opened(changed);
    await checkOut(github, await merge(number), folder);
    await there.write("README.md", main, "# Shop\n");
    expect((await find()).pull.number).to.equal(number);
    await there.write(path, main, stackText.replace("imageTag: v3", "imageTag: v4"));
    expect(await problemOf(find())).to.match(
      /^Refused: deploy\/Pulumi.prod.yaml is another one in the newest commit of main, so what is checked out was not deployed/,
    );
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
  const passed = (id: number, app = 1) => ({ id, app, passed: true, reviewed: held, text: null });
  const failed = (id: number, app = 1) => ({ ...passed(id, app), passed: false });
  const other = { ...held, fingerprint: "0123456789ab" };

  it("counts where the newest of every app has passed, and nothing else was ever seen of the commit", () => {
    for (const [what, checks, expected] of [
      ["one", [passed(1)], held],
      ["two of an app", [passed(2), failed(1)], held],
      ["the newest failed", [failed(2), passed(1)], undefined],
      ["two apps", [passed(2, 2), passed(1)], held],
      ["an app's failed", [passed(2, 2), failed(1)], undefined],
      ["something else before", [passed(2), { ...passed(1), reviewed: other }], undefined],
      ["something else of another app", [passed(2), { ...passed(1, 2), reviewed: other }], undefined],
      ["no assessment before", [passed(2), { ...failed(1), reviewed: undefined }], held],
      ["no assessment", [{ ...passed(1), reviewed: undefined }], undefined],
      ["none", [], undefined],
    ] as const)
      expect(reviewedBy(checks, "shop/prod")?.reviewed, what).to.deep.equal(expected);
    expect(reviewedBy([passed(1)], "shop/test")).to.equal(undefined);
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
