import { expect } from "chai";
import { planOf } from "../../assessment/plan";
import { back } from "./judgedStack";

describe("the plan of an assessment", () => {
  it("is told as a person reads it, without the tags that only Pulumi's display turns into colours", () => {
    const plan = planOf("shop/prod", back(), { protected: false, guards: { schema: "conditional" } });
    expect(plan).to.deep.include({ direction: "rollback", from: "v3", to: "v2" });
    expect(plan.refusals.map(({ guard }) => guard)).to.deep.equal(["schema"]);
    expect(plan.text)
      .to.match(/^ *breaking\. /m)
      .and.not.to.contain("<{");
  });
});
