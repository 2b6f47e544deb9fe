import { expect } from "chai";
import { judgeGaps } from "../../assessment/judgeGaps";
import type { Gap } from "../../schema/gap";

const create = { name: "1_create", sql: "CREATE TABLE orders (id int, note text);" };
const rename = { name: "2_rename", sql: "ALTER TABLE orders RENAME note TO remark;" };
const drop = { name: "3_drop", sql: "DROP TABLE orders;" };
const gap = (...ahead: { name: string; sql: string }[]): Gap => ({ shipped: [create], ahead });
const options = { scratch: "off", cacheFolder: false } as const;

/** A clock that goes on by this many milliseconds whenever it is asked. */
const clockOf = (step: number) => {
  let now = -step;
  return () => (now += step);
};

describe("judging several gaps", () => {
  it("answers in their order, and of equal ones alike", async () => {
    const judged = await judgeGaps([gap(rename), gap(), gap(drop), gap(rename)], options);
    expect(judged.map((judgement) => judgement?.verdict)).to.deep.equal([
      "breaking",
      "compatible",
      "destructive",
      "breaking",
    ]);
    expect(judged[3]).to.equal(judged[0]);
  });

  it("leaves unanswered what there is no time for, but never the first", async () => {
    const gaps = [gap(rename), gap(drop), gap(rename), gap()];
    const timed = async (step: number) =>
      (await judgeGaps(gaps, options, { seconds: 30, clock: clockOf(step * 1000) })).map(
        (one) => one?.verdict,
      );
    expect(await timed(12)).to.deep.equal(["breaking", "destructive", "breaking", undefined]);
    // Too little to try it in would have it judged otherwise than the next time.
    expect(await timed(14)).to.deep.equal(["breaking", undefined, "breaking", undefined]);
    expect(await timed(50)).to.deep.equal(["breaking", undefined, "breaking", undefined]);
  });
});
