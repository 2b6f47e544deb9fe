import { expect } from "chai";
import { markdownTable, reached, type Figure } from "../../bench/figures";
import { withFigures } from "../../bench/readme";
import { median, ratio } from "../../bench/statistics";

describe("statistics of the bench", () => {
  it("takes the middle value, in whatever order they come", () => {
    expect(median([9, 1, 2])).to.equal(2);
    expect(median([10, 9, 1, 2])).to.equal(5.5);
    expect(median([7])).to.equal(7);
    expect(() => median([])).to.throw(RangeError);
  });

  it("leaves the values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).to.deep.equal([3, 1, 2]);
  });

  it("compares medians, and nothing with 0", () => {
    expect(ratio([6, 100, 5], [3, 1, 3])).to.equal(2);
    expect(ratio([1], [0])).to.equal(undefined);
  });
});

describe("figures of the bench", () => {
  const rollback = (knowngood: number): Figure => ({
    name: "rollback",
    unit: "s",
    compose: [2, 2, 9],
    knowngood: [knowngood],
    target: { kind: "ratio", atMost: 2 },
  });
  const alone = (knowngood: number, target: Figure["target"]): Figure => ({
    name: "preview",
    unit: "s",
    knowngood: [knowngood],
    target,
  });

  it("reaches a ratio at its limit, and not past it", () => {
    expect(reached(rollback(4))).to.equal(true);
    expect(reached(rollback(4.001))).to.equal(false);
  });

  it("reaches a time at its limit, or only below it", () => {
    expect(reached(alone(2, { kind: "seconds", atMost: 2 }))).to.equal(true);
    expect(reached(alone(2.001, { kind: "seconds", atMost: 2 }))).to.equal(false);
    expect(reached(alone(2, { kind: "seconds", below: 2 }))).to.equal(false);
    expect(reached(alone(1.999, { kind: "seconds", below: 2 }))).to.equal(true);
  });

  it("knows nothing without a target, or without anything to compare with", () => {
    expect(reached(alone(1, undefined))).to.equal(undefined);
    expect(reached({ ...rollback(1), compose: undefined })).to.equal(undefined);
    expect(reached({ ...rollback(1), compose: [0] })).to.equal(undefined);
  });

  it("are a table of medians, least and most, ratio, target and verdict", () => {
    expect(
      markdownTable([
        rollback(4.2),
        alone(1.5, { kind: "seconds", atMost: 2 }),
        { name: "failed", unit: "requests", compose: [0, 0, 1], knowngood: [3, 5, 4] },
      ]).split("\n"),
    ).to.deep.equal([
      "| figure | compose | knowngood | ratio | target | reached |",
      "| --- | --- | --- | --- | --- | --- |",
      "| rollback | 2.00 s (2.00 to 9.00) | 4.20 s (4.20 to 4.20) | 2.10 | at most 2.0 x compose | **no** |",
      "| preview |  | 1.50 s (1.50 to 1.50) |  | at most 2.0 s | yes |",
      "| failed | 0 requests (0 to 1) | 4 requests (3 to 5) |  |  |  |",
    ]);
  });

  it("replace those in the README, and nothing else", () => {
    const text = (figures: string) =>
      `# Bench\n\n<!-- figures: written by \`npm run bench -- --write\` -->\n\n${figures}\n\n<!-- end of figures -->\n\nMore.\n`;
    expect(withFigures(text("old"), "new")).to.equal(text("new"));
    expect(withFigures(withFigures(text("old"), "new"), "newer")).to.equal(text("newer"));
    expect(() => withFigures("# Bench\n", "new")).to.throw(/README\.md: write "<!-- figures/);
  });
});
