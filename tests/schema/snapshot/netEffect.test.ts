import { expect } from "chai";
import { Embedded } from "./embedded";
import { concerns, orders } from "./netEffectCases";

describe("the comparison of two snapshots", () => {
  const embedded = new Embedded();
  before(() => embedded.start());
  after(() => embedded.stop());

  for (const [concern, cases] of Object.entries(concerns))
    describe(concern, () => {
      for (const [name, shipped, ahead, told] of cases)
        it(name, async () => {
          expect(await embedded.told(shipped, ahead)).to.deep.equal(told);
        });
    });

  it("says what trials settle, and what is left then", async () => {
    const [renamed] = await embedded.findings(
      orders,
      "ALTER TABLE orders RENAME TO o; CREATE VIEW orders AS SELECT * FROM o;",
    );
    expect(renamed?.settledByTrial).to.deep.equal({ relation: { schema: "public", name: "orders" } });
    const [unwritable] = await embedded.findings(
      orders,
      "ALTER TABLE orders RENAME TO o; CREATE VIEW orders AS SELECT DISTINCT * FROM o;",
    );
    expect(unwritable?.settledByTrial).to.equal(undefined);
    const [required] = await embedded.findings(orders, "ALTER TABLE orders ALTER note SET NOT NULL;");
    expect(required?.settledByTrial?.otherwise?.rule).to.equal("not-null-set-with-default");
    expect(required?.settledByTrial?.otherwise?.verdict).to.equal("conditional");
  });

  it("names both sides and the way back", async () => {
    const [finding] = await embedded.findings(orders, "ALTER TABLE orders RENAME note TO remark;");
    expect(finding).to.deep.equal({
      rule: "column-renamed",
      verdict: "breaking",
      object: { kind: "column", schema: "public", name: "orders", part: "note" },
      reason:
        "orders.note is called orders.remark now; release code that selects or writes note gets an error.",
      remedy:
        "ALTER TABLE orders RENAME COLUMN remark TO note, or keep both for as long as old code may return.",
    });
  });

  it("says what a view became, and what that means for it", async () => {
    const make = {
      view: "CREATE VIEW",
      "materialized view": "CREATE MATERIALIZED VIEW",
      table: "CREATE TABLE",
    };
    type Kind = keyof typeof make;
    const told = async (was: Exclude<Kind, "table">, is: Kind) => {
      const [finding] = await embedded.findings(
        `${make[was]} totals AS SELECT 1 + 1 AS n;`,
        `DROP ${was} totals; ${make[is]} totals AS SELECT 1 + 1 AS n;`,
      );
      return [finding?.rule, finding?.reason, finding?.remedy];
    };
    expect(await told("materialized view", "view")).to.deep.equal([
      "view-replaced",
      "totals was a materialized view and is a view now; it is computed at each read, and REFRESH MATERIALIZED VIEW on it gets an error.",
      "Leave out the REFRESH where something still runs it, or make it a materialized view again.",
    ]);
    expect(await told("view", "materialized view")).to.deep.equal([
      "view-replaced",
      "totals was a view and is a materialized view now; what release code reads is as old as its last refresh.",
      "See that it is refreshed often enough, or make it a view again.",
    ]);
    expect(await told("view", "table")).to.deep.equal([
      "view-replaced",
      "totals was a view and is a table now; what release code reads may be out of date.",
      "See that its rows are kept up to date, or make it a view again.",
    ]);
    expect(await told("materialized view", "table")).to.deep.equal([
      "view-replaced",
      "totals was a materialized view and is a table now; what release code reads may be out of date, and REFRESH MATERIALIZED VIEW on it gets an error.",
      "See that its rows are kept up to date, or make it a materialized view again.",
    ]);
  });
});
