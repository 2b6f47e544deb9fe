import { expect } from "chai";
import { putComment } from "../../review/pullRequests";
import { Repository } from "../../review/repository";
import { startGitHub, type TestGitHub } from "../github/github";
import { placeOf } from "./proposals";

describe("the comment of a stack", () => {
  let github: TestGitHub;
  let repository: Repository;
  let number: number;
  before(async () => {
    github = await startGitHub();
    repository = new Repository(placeOf(github));
    await github.ask("git/refs", "POST", { ref: "refs/heads/change", sha: github.commit });
    const pull = { title: "Change", head: "change", base: "main" };
    ({ number } = (await github.ask("pulls", "POST", pull)) as { number: number });
  });
  after(() => github.close());

  const comments = async () =>
    ((await github.ask(`issues/${number}/comments`)) as { body: string }[]).map(({ body }) => body);
  const put = (stack: string, text: string, silent: boolean) =>
    putComment(repository, number, `<!-- ${stack} -->`, `<!-- ${stack} -->\n${text}`, silent);

  it("is none where there is nothing to say", async () => {
    await put("prod", "nothing", true);
    expect(await comments()).to.deep.equal([]);
  });

  it("is changed in place, beside that of another stack, also once there is nothing to say any more", async () => {
    await put("prod", "first", false);
    await put("test", "other", false);
    await put("prod", "second", false);
    expect(await comments()).to.deep.equal(["<!-- prod -->\nsecond", "<!-- test -->\nother"]);
    await put("prod", "nothing", true);
    expect(await comments()).to.deep.equal(["<!-- prod -->\nnothing", "<!-- test -->\nother"]);
  });
});
