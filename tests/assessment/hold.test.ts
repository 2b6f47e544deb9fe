import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { refusalTexts } from "../../assessment/refusal";
import { release, serviceInState, stateOf } from "../history/states";
import { quiet, surveyOf, usual } from "./evidence";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const v3 = release("v3", 3, { api: "c" });
const running = stateOf(...serviceInState("api", "b", "v2", "v2"));

const refusals = (target: typeof v1, hold?: string) =>
  refusalTexts(
    assess({
      ...usual,
      target,
      services: ["api"],
      survey: surveyOf(v1, v2, v3),
      evidence: { ...quiet, state: running },
      ...(hold !== undefined && { hold }),
    }).refusals,
  );

describe("a stack on hold", () => {
  it("refuses every direction, with the reason and the command that lifts it", () => {
    for (const target of [v1, v2, v3]) {
      expect(refusals(target, "the data is being looked at"), target.tag).to.deep.equal([
        "The stack is on hold, so nothing is deployed in any direction: the data is being looked at\n" +
          "Once that is settled: pulumi config rm hold --stack prod",
      ]);
    }
  });

  it("is none without the setting", () => {
    for (const target of [v1, v2, v3]) expect(refusals(target), target.tag).to.deep.equal([]);
  });
});
