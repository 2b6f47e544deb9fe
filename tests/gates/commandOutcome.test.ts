import { expect } from "chai";
import { commandOutcome } from "../../gates/commandOutcome";
import { nextProgress } from "../../gates/progress";
import { WholeLines } from "../../gates/tail";

describe("gates: what a command's end means", () => {
  const outcome = (exitCode: number, errorCodes: number[] = []) =>
    commandOutcome({ exitCode, timedOut: false }, 300, errorCodes).outcome;

  it("passes with exit code 0 alone", () => {
    expect(commandOutcome({ exitCode: 0, timedOut: false }, 300, [])).to.deep.equal({
      outcome: "passed",
      why: "exit code 0",
    });
    for (const code of [1, 2, 125, 128, 193, 255]) expect(outcome(code), `${code}`).to.equal("failed");
  });

  it("is an error where the command could not be run or was ended", () => {
    for (const code of [126, 127, 129, 137, 192]) expect(outcome(code), `${code}`).to.equal("error");
    expect(commandOutcome({ signal: "SIGKILL", timedOut: false }, 300, [])).to.deep.equal({
      outcome: "error",
      why: "it was ended by SIGKILL",
    });
  });

  it("is an error where its time was over, however it ended then", () => {
    expect(commandOutcome({ exitCode: 0, timedOut: true }, 300, [])).to.deep.equal({
      outcome: "error",
      why: "it did not end within 300 s and was stopped",
    });
  });

  it("is an error where the command says so by an exit code of its own", () => {
    expect(outcome(2, [2, 3])).to.equal("error");
    expect(outcome(1, [2, 3])).to.equal("failed");
  });
});

describe("gates: progress", () => {
  it("comes after 5 s, then ever later, then each minute", () => {
    const shown: number[] = [];
    for (let count = 0; count < 8; count += 1) shown.push(nextProgress(shown.at(-1)));
    expect(shown).to.deep.equal([5, 10, 20, 40, 80, 140, 200, 260]);
  });
});

describe("gates: the last whole line", () => {
  const last = (...chunks: (string | Buffer)[]) => {
    const lines = new WholeLines();
    for (const chunk of chunks) lines.add(Buffer.from(chunk));
    return lines.last;
  };

  it("is no part of one", () => {
    expect(last("one\ntw")).to.equal("one");
    expect(last("one\ntw", "o\n")).to.equal("two");
    expect(last("one\n\n  \n")).to.equal("one");
    expect(last("part")).to.equal("");
  });

  it("is no line that is too long, nor its end", () => {
    expect(last("one\n", "x".repeat(65_537), "rest\n")).to.equal("one");
    expect(last("one\n", "x".repeat(65_537), "rest\ntwo\n")).to.equal("two");
    expect(last("one\n", "x".repeat(65_536), "y\n")).to.equal(`${"x".repeat(65_536)}y`);
  });

  it("is whole where a letter comes in two pieces", () => {
    const bytes = Buffer.from("größe\n");
    expect(last(bytes.subarray(0, 3), bytes.subarray(3))).to.equal("größe");
  });
});
