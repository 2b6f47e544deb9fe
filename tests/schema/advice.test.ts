import { expect } from "chai";
import { advise, lossText, type Situation } from "../../schema/advice";
import type { StepDown } from "../../schema/stepDown/stepDown";

const damage = "Where a migration itself did the damage, rolling back the code alone does not undo it.";

const situation = (changes: Partial<Situation>): Situation => ({
  verdict: "compatible",
  confirmed: true,
  gapLength: 1,
  flags: [],
  stepDown: undefined,
  ...changes,
});

const down = (changes: Partial<StepDown>): StepDown => ({
  version: "20260101",
  name: "rename_amount",
  verdict: "lossless",
  losses: [],
  stays: [],
  reason: "It undoes all of it.",
  confirmed: true,
  ...changes,
});

describe("advice", () => {
  it("follows the verdict: back, forward, or a restore first", () => {
    const rows: [Partial<Situation>, action: string, first: RegExp][] = [
      [
        { gapLength: 0 },
        "roll back",
        /^Roll back: the schema is the one that this release was written for\.$/,
      ],
      [{}, "roll back", /^Roll back the code and leave the schema as it is\.$/],
      [{ confirmed: false }, "roll back", /not confirmed: look at what was not judged first\.$/],
      [{ verdict: "conditional" }, "roll back", /ordinary statements still work/],
      [{ verdict: "breaking" }, "roll forward", /^Roll forward with a hotfix/],
      [{ verdict: "destructive" }, "restore", /^Decide on restoring the data before any other deploy/],
      [
        { verdict: "breaking", stepDown: down({}), stepping: true },
        "step down",
        /^Step down 20260101_rename_amount, then/,
      ],
    ];
    for (const [changes, action, first] of rows) {
      const advice = advise(situation(changes));
      expect(advice.action).to.equal(action);
      expect(advice.lines[0]).to.match(first);
    }
  });

  it("puts the flag before all else, and keeps the rest of the sentence", () => {
    const [one] = advise(situation({ flags: ["new-cart"] })).lines;
    expect(one).to.equal(
      "If the fault is behind the flag new-cart, turn it off. Otherwise roll back the code and leave the schema as it is.",
    );
    const [two] = advise(situation({ flags: ["a", "b"], verdict: "breaking" })).lines;
    expect(two).to.match(
      /^If the fault is behind one of the flags a, b, turn it off\. Otherwise roll forward/,
    );
  });

  it("names the step-down last, with what it costs, and never a chain", () => {
    const lines = (changes: Partial<StepDown>, more: Partial<Situation> = {}) =>
      advise(situation({ verdict: "breaking", stepDown: down(changes), ...more })).lines.slice(1);
    expect(lines({})).to.deep.equal([
      "Last resort: step down 20260101_rename_amount, which loses nothing, then roll back.",
      damage,
    ]);
    expect(lines({}, { gapLength: 3 })[0]).to.contain("the newest of 3: look at each before the next");
    const losses = [
      { object: "orders.note", values: 3, estimated: false },
      { object: "coupons", rows: 1, estimated: true },
    ];
    expect(lines({ verdict: "lossy", losses })[0]).to.equal(
      "Last resort: take a fresh backup, step down 20260101_rename_amount, then roll back. It loses orders.note (3 values), coupons (about 1 row).",
    );
    for (const verdict of ["irreversible", "missing"] as const)
      expect(lines({ verdict })[0]).to.match(/^There is no step-down: 20260101_rename_amount/);
    expect(lossText({ losses: [{ object: "notes", estimated: false, unconfirmed: "away" }] })).to.equal(
      "notes (not counted)",
    );
  });

  it("speaks of no rollback where nothing is rolled back", () => {
    for (const [changes, first] of [
      [{}, /^The schema can stay as it is\.$/],
      [{ gapLength: 0 }, /^The schema is the one that this release was written for\.$/],
      [{ confirmed: false }, /^The schema can stay as it is\. It is not confirmed/],
      [{ verdict: "conditional" }, /^The schema can stay as it is: ordinary statements still work/],
      [{ verdict: "breaking" }, /^Take a release that was written for this schema, or a hotfix/],
      [{ verdict: "destructive" }, /^Decide on restoring the data first/],
    ] as const) {
      const { lines } = advise(situation({ ...changes, stepDown: down({}), rollingBack: false }));
      expect(lines[0]).to.match(first);
      expect(lines.join(" ")).not.to.match(/roll(ing)? back/i);
    }
    const stepping = { rollingBack: false, stepping: true, stepDown: down({}) };
    expect(advise(situation(stepping)).action).to.equal("step down");
  });

  it("says that code alone undoes no migration, but where there is none", () => {
    expect(advise(situation({})).lines.at(-1)).to.equal(damage);
    expect(advise(situation({ verdict: "destructive" })).lines.at(-1)).to.match(
      /^A migration itself did damage/,
    );
    expect(advise(situation({ gapLength: 0 })).lines.join(" ")).not.to.contain("damage");
  });
});
