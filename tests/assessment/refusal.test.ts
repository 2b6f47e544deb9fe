import { expect } from "chai";
import { assess } from "../../assessment/assessment";
import { refusalTexts, type Refusal } from "../../assessment/refusal";
import { release } from "../history/states";
import { judgementOf, quiet, surveyOf, usual } from "./evidence";
import { back, forward, renamed } from "./judgedStack";

const guardsOf = ({ refusals }: { refusals: readonly Refusal[] }) => refusals.map(({ guard }) => guard);

describe("refusals", () => {
  it("have their answer once, after the last that it answers", () => {
    const answer = "To accept it: so.";
    expect(
      refusalTexts([
        { guard: "hold", text: "Held." },
        { guard: "schema", text: "It breaks.", answer },
        { guard: "horizon", text: "It closes v1.", answer },
      ]),
    ).to.deep.equal(["Held.", `It breaks.\nIt closes v1.\n${answer}`]);
  });

  it("are named by the guard of stack, release and world that says so", () => {
    const v2 = release("v2", 2, { api: "b" });
    const assessment = assess({
      ...usual,
      target: v2,
      services: ["api", "mail"],
      survey: surveyOf(v2),
      hold: "why",
      quarantine: [{ tag: "v2", reason: "why" }],
      evidence: {
        ...quiet,
        engineSilent: "no answer",
        images: { api: "nowhere" },
        ci: { verdict: "failed", found: "build did not pass" },
        occupants: [{ kind: "network", id: "0123456789ab", name: "shop", owner: undefined }],
      },
    });
    expect(guardsOf(assessment)).to.deep.equal([
      "hold",
      "quarantine",
      "ci",
      "engine",
      "image",
      "image",
      "takenName",
    ]);
  });

  it("are named by the guard of the schema that says so", () => {
    expect(guardsOf(back())).to.deep.equal(["schema"]);
    const guards = { ...usual.guards, horizon: true };
    expect(guardsOf(forward({ judgement: judgementOf(renamed) }, { guards }))).to.deep.equal([
      "schema",
      "horizon",
      "horizon",
    ]);
    const obstacle = { kind: "space", text: "No space." } as const;
    const backup = { reason: "it loses data", mayLose: true, obstacle };
    expect(guardsOf(forward({ backup }))).to.deep.equal(["backup"]);
    const refused = back({ decision: { kind: "refused", version: "2", refusal: "No." } });
    expect(guardsOf(refused)).to.deep.equal(["stepDown", "schema"]);
  });

  it("of a step-down are its own, not the schema's", () => {
    const stepping = back({
      decision: { kind: "step", version: "3" },
      stepDown: {
        ...{ version: "3", name: "m3", verdict: "lossy", losses: [], stays: [] },
        ...{ reason: "Because.", confirmed: true, checks: { empty: [] } },
      },
    });
    expect(guardsOf(stepping)).to.deep.equal(["stepDown", "stepDown"]);
  });
});
