import { expect } from "chai";
import { wholeWay, wholeWayText } from "../../../schema/stepDown/wholeWay";

const gap = [
  { version: "2", name: "rename_note" },
  { version: "3", name: "add_coupon", left: "breaking" as const },
  { version: "4", name: "add_index" },
];

describe("the whole way back", () => {
  it("is a step for each migration, the newest first; services start where what is left passes", () => {
    expect(wholeWay(gap, "conditional")).to.deep.equal([
      { version: "4", name: "add_index", left: 2, services: "not judged" },
      { version: "3", name: "add_coupon", left: 1, services: "stay stopped" },
      { version: "2", name: "rename_note", left: 0, services: "start" },
    ]);
  });

  it("ends where the target can be started: what is older may stay", () => {
    expect(wholeWay(gap, "breaking").map(({ version }) => version)).to.deep.equal(["4", "3"]);
  });

  it("is told as one `up` after the other, and not at all where this one is enough", () => {
    const steps = wholeWay(gap, "conditional");
    expect(wholeWayText(steps, "prod", true)).to.deep.equal([
      "The way back is 3 ups, one step-down each, with services stopped for each:",
      "  1. 4_add_index (services start again after it if what is left passes the policy): pulumi config set stepDown 4 --stack prod && pulumi up --stack prod",
      "  2. 3_add_coupon (services stay stopped after it, until the next): pulumi config set stepDown 3 --stack prod && pulumi up --stack prod",
      "  3. 2_rename_note (services start again after it): pulumi config set stepDown 2 --stack prod && pulumi up --stack prod",
    ]);
    const one = wholeWay(
      [
        { version: "2", name: "rename_note" },
        { version: "3", name: "drop_coupon", left: "conditional" },
      ],
      "conditional",
    );
    expect(wholeWayText(one, "prod", false)).to.deep.equal([
      "One step-down, with services stopped for it, opens the way; the 1 older of the gap can stay:",
      "  1. 3_drop_coupon (services start again after it): pulumi config set stepDown 3 --stack prod && pulumi up --stack prod",
    ]);
    expect(wholeWayText(one, "prod", true)).to.deep.equal([]);
  });
});
