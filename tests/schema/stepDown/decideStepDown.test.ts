import { expect } from "chai";
import { decideStepDown, type StepDownSituation } from "../../../schema/stepDown/decideStepDown";

/** v1 ships 1; 2 and 3 are applied after it. */
const situation: StepDownSituation = {
  stepDown: "3",
  stack: "prod",
  target: "v1",
  shipped: ["1"],
  applied: ["1", "2", "3"],
  recorded: true,
  running: true,
};
const removal = "pulumi config rm stepDown --stack prod";

describe("the setting stepDown", () => {
  const decide = (more: Partial<StepDownSituation>) => decideStepDown({ ...situation, ...more });

  it("takes back the newest that is applied, and no other", () => {
    expect(decide({})).to.deep.equal({ kind: "step", version: "3" });
    expect(decide({ stepDown: "2" })).to.deep.equal({
      kind: "refused",
      version: "2",
      refusal:
        "Stepping down 2 is refused, since one step takes back the newest migration alone: 3 is applied after it, " +
        "so that is the next one to look at: pulumi config set stepDown 3 --stack prod",
    });
    expect(decide({ stepDown: "2", applied: ["1", "2"] })).to.deep.equal({ kind: "step", version: "2" });
  });

  it("does not take back what is under one that the target ships", () => {
    expect(decide({ stepDown: "2", shipped: ["1", "3"] })).to.deep.include({ kind: "refused" });
    expect(decide({ stepDown: "2", shipped: ["1", "3"] }))
      .to.have.property("refusal")
      .that.contains("v1 ships it");
  });

  it("is inert where it is not set, applied no more, or shipped by the target", () => {
    expect(decide({ stepDown: undefined })).to.deep.equal({ kind: "none" });
    expect(decide({ applied: ["1", "2"] })).to.deep.equal({
      kind: "inert",
      version: "3",
      told: `The setting stepDown does nothing: 3 is not applied. To remove it: ${removal}`,
    });
    expect(decide({ shipped: ["1", "2", "3"] })).to.deep.equal({
      kind: "inert",
      version: "3",
      told: `The setting stepDown does nothing: v1 ships 3; while it is set, it would act when imageTag is set back. To remove it: ${removal}`,
    });
  });

  it("needs the database's own word", () => {
    expect(decide({ applied: { unconfirmed: "no answer in 3 s" } })).to.deep.equal({
      kind: "refused",
      version: "3",
      refusal: `Stepping down 3 needs the database's own word on what is applied (no answer in 3 s). Bring the database back, or go without: ${removal}`,
    });
  });

  it("needs a state that knows of the schema, unless nothing runs that would have to stop", () => {
    expect(decide({ recorded: false }))
      .to.have.property("refusal")
      .that.contains("First run an up without it");
    expect(decide({ recorded: false, running: false })).to.deep.equal({ kind: "step", version: "3" });
  });
});
