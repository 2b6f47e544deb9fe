import { expect } from "chai";
import { commandLine, type CommandLine } from "./commandLine";

describe("propose and review on the command line", () => {
  let there: CommandLine;
  beforeEach(() => (there = commandLine()));
  afterEach(() => there.remove());

  for (const [words, told] of [
    [["propose", "v1"], "required option '--reason <text>' not specified"],
    [["propose", "v1", "--reason", " "], "--reason\n    found nothing; say why the release is changed"],
    [["review", "check", "--pull-request", "#12"], "write the pull request's number, such as 12"],
    [["review", "deploy", "v1"], "too many arguments"],
  ] as const)
    it(`refuse ${words.join(" ")}`, async () => {
      const { code, stdout, stderr } = await there.knowngood(...words);
      expect([code, stdout]).to.deep.equal([2, ""]);
      expect(stderr).to.contain(told);
    });
});
