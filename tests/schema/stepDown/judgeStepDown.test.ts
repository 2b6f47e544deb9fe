import { expect } from "chai";
import type { Gap, SqlSource } from "../../../schema/gap";
import { judge } from "../../../schema/judge";
import type { CountedLosses, LossCandidate } from "../../../schema/stepDown/countLosses";
import { judgeStepDown, lossCandidates } from "../../../schema/stepDown/judgeStepDown";
import type { StepDown } from "../../../schema/stepDown/stepDown";

const source = (name: string, sql: string): SqlSource => ({ name, sql });
const shipped = [
  source(
    "1_orders",
    "CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE coupons (code text);",
  ),
];

interface Given {
  up: string;
  down: string | undefined;
  scratch?: "embedded" | "off";
  unread?: Gap["unread"];
  endsTransactions?: boolean;
  count?: ((candidates: readonly LossCandidate[]) => Promise<CountedLosses>) | undefined;
}

/** Everything holds seven rows or values. */
const sevenOfEach = (candidates: readonly LossCandidate[]): Promise<CountedLosses> =>
  Promise.resolve({
    losses: candidates.map(({ object }) => ({ object, rows: 7, estimated: false })),
    empty: [],
  });
const nothing = (candidates: readonly LossCandidate[]): Promise<CountedLosses> =>
  Promise.resolve({
    losses: [],
    empty: candidates.map(({ object }) => ({ object, relation: object, sql: "SELECT 0 AS count" })),
  });

function judged({ up, down, scratch = "off", count = sevenOfEach, ...more }: Given): Promise<StepDown> {
  return judgeStepDown({
    migration: { version: "2", name: "change" },
    before: shipped,
    up: source("2_change", up),
    down: down === undefined ? undefined : source("2_change", down),
    judge: (gap) => judge(gap, { scratch, cacheFolder: false }),
    count,
    ...more,
  });
}

describe("the judgement of a step-down", function () {
  this.timeout(60_000);

  it("is missing where there is no way down, and nothing is asked", async () => {
    expect(await judged({ up: "SELECT 1", down: undefined, count: undefined })).to.deep.equal({
      version: "2",
      name: "change",
      verdict: "missing",
      losses: [],
      stays: [],
      reason: "The catalog has no way down of this migration.",
      confirmed: true,
    });
  });

  it("is irreversible where it would leave the transaction that it is run in", async () => {
    const down = "DROP INDEX at_note;\nCOMMIT;";
    const verdict = await judged({ up: "CREATE INDEX at_note ON orders (note);", down });
    expect(verdict.verdict).to.equal("irreversible");
    expect(verdict.reason).to.match(/^Its way down can't be run: line 2 of its file \(COMMIT\) would leave/);
  });

  it("is judged as any other where its tool lets it end the transaction", async () => {
    const index = { up: "CREATE INDEX at_note ON orders (note);", endsTransactions: true };
    for (const down of ["BEGIN WORK; DROP INDEX at_note; COMMIT WORK;", "DROP INDEX at_note;\nCOMMIT;"])
      expect((await judged({ ...index, down })).verdict).to.equal("lossless");
    const lossy = await judged({
      up: "ALTER TABLE orders ADD more text;",
      down: "BEGIN; ALTER TABLE orders DROP more; END;",
      endsTransactions: true,
      scratch: "embedded",
    });
    expect([lossy.verdict, lossy.losses, lossy.confirmed]).to.deep.equal([
      "lossy",
      [{ object: "orders.more", rows: 7, estimated: false }],
      true,
    ]);
  });

  it("is never lossless nor confirmed where something in the schema can't be read", async () => {
    const index = { up: "CREATE INDEX at_note ON orders (note);", down: "DROP INDEX at_note;" };
    const unread = [{ name: "20260115", reason: "shipped by no release" }];
    expect(await judged({ ...index, unread, scratch: "embedded" })).to.deep.include({
      verdict: "lossy",
      confirmed: false,
      losses: [
        {
          object: "data that can't be told",
          estimated: false,
          unconfirmed: "20260115: shipped by no release",
        },
      ],
      stays: [],
      reason: "What its way down does could not be told for certain.",
    });
  });

  it("is lossless where nothing is destroyed, and confirmed where that was tried", async () => {
    const renamed = {
      up: "ALTER TABLE orders RENAME note TO remark;",
      down: "ALTER TABLE orders RENAME remark TO note;",
    };
    const all: Given[] = [
      { up: "CREATE INDEX at_note ON orders (note);", down: "DROP INDEX at_note;" },
      {
        up: "ALTER TABLE orders ALTER note SET DEFAULT 'x';",
        down: "ALTER TABLE orders ALTER note DROP DEFAULT;",
      },
      renamed,
      { ...renamed, scratch: "embedded" as const },
    ];
    for (const given of all) {
      const verdict = await judged(given);
      expect(verdict, given.up).to.include({ verdict: "lossless", confirmed: given.scratch === "embedded" });
      expect(verdict.losses).to.deep.equal([]);
      expect(verdict.reason).to.equal("Its way down destroys no data.");
    }
  });

  it("is lossy where a column or a table goes that the migration made, told once each, and counted", async () => {
    const verdict = await judged({
      up: "ALTER TABLE orders ADD gift text; CREATE TABLE cards (id int, message text);",
      down: "DROP TABLE cards; ALTER TABLE orders DROP gift;",
      scratch: "embedded",
    });
    expect(verdict).to.include({ verdict: "lossy", confirmed: true });
    expect(verdict.losses.map(({ object, rows }) => [object, rows]).sort()).to.deep.equal([
      ["cards", 7],
      ["orders.gift", 7],
    ]);
    expect(verdict.stays).to.deep.equal([]);
    expect([...(verdict.checks?.changes ?? [])].sort()).to.include.members(["cards", "orders.gift"]);
  });

  it("is lossless where what goes holds nothing now, which the run looks at again", async () => {
    const given = { up: "ALTER TABLE orders ADD gift text;", down: "ALTER TABLE orders DROP gift;" };
    const verdict = await judged({ ...given, count: nothing });
    expect(verdict).to.include({
      verdict: "lossless",
      reason: "What its way down removes holds no data now: orders.gift.",
    });
    expect(verdict.checks?.empty.map(({ object }) => object)).to.deep.equal(["orders.gift"]);
  });

  it("is lossy, and not irreversible, where statements can't be read and nothing tried them", async () => {
    const down = "DROP INDEX at_note;\n/* never ended\nDROP TABLE orders;";
    const verdict = await judged({ up: "CREATE INDEX at_note ON orders (note);", down });
    expect(verdict).to.include({ verdict: "lossy", confirmed: false });
    expect(verdict.losses.map(({ object }) => object)).to.deep.equal(["data that can't be told"]);
  });

  it("takes for lost what can't be counted, since there is no database to ask", async () => {
    const verdict = await judgeStepDown({
      migration: { version: "2", name: "change" },
      before: shipped,
      up: source("2_change", "ALTER TABLE orders ADD gift text;"),
      down: source("2_change", "ALTER TABLE orders DROP gift;"),
      judge: (gap) => judge(gap, { scratch: "off", cacheFolder: false }),
      count: undefined,
    });
    expect(verdict).to.include({ verdict: "lossy", confirmed: false });
    expect(verdict.losses).to.deep.equal([
      { object: "orders.gift", estimated: false, unconfirmed: "the database could not be asked" },
    ]);
  });

  it("counts rows that the way down deletes, too", async () => {
    const verdict = await judged({
      up: "INSERT INTO coupons VALUES ('summer');",
      down: "DELETE FROM coupons WHERE code = 'summer';",
    });
    expect(verdict.verdict).to.equal("lossy");
    expect(verdict.losses.map(({ object }) => object)).to.deep.equal(["coupons"]);
  });

  it("is irreversible where the way down fails", async () => {
    const verdict = await judged({
      up: "ALTER TABLE orders ADD gift text;",
      down: "ALTER TABLE orders DROP present;",
      scratch: "embedded",
    });
    expect(verdict.verdict).to.equal("irreversible");
    expect(verdict.reason).to.match(
      /^Its way down fails: .*column "present" of relation "orders" does not exist/,
    );
    expect(verdict.checks).to.equal(undefined);
  });

  it("is irreversible where it does not bring the schema back, and says what stays", async () => {
    const verdict = await judged({
      up: "ALTER TABLE orders ADD gift text NOT NULL;",
      down: "SELECT 1;",
    });
    expect(verdict).to.include({
      verdict: "irreversible",
      reason: "Its way down does not bring back the schema that was before it: orders.gift.",
    });
    expect(verdict.stays.join("\n")).to.match(/^orders\.gift: /m);
  });

  it("is irreversible where what the migration dropped stays away, or comes back as something else", async () => {
    for (const given of [
      { up: "DROP TABLE coupons;", down: "SELECT 1;" },
      { up: "ALTER TABLE orders DROP note;", down: "SELECT 1;" },
      {
        up: "DROP TABLE coupons; ALTER TABLE orders DROP note;",
        down: "CREATE TABLE coupons (code int); ALTER TABLE orders ADD note text;",
        scratch: "embedded" as const,
      },
    ]) {
      expect(await judged(given), `${given.up} ${given.down}`).to.include({ verdict: "irreversible" });
    }
  });

  it("says what the migration itself destroyed, and its way down does not bring back", async () => {
    const verdict = await judged({
      up: "ALTER TABLE orders DROP note;",
      down: "ALTER TABLE orders ADD note text;",
    });
    expect(verdict.verdict).to.equal("lossless");
    expect(verdict.stays.join("\n")).to.match(/^orders\.note: /);
  });

  it("is lossy and unconfirmed where the way down can't be read", async () => {
    const verdict = await judged({
      up: "ALTER TABLE orders ADD gift text;",
      down: "DO $$ BEGIN EXECUTE 'ALTER TABLE orders DROP ' || 'gift'; END $$;",
    });
    expect(verdict).to.include({ verdict: "lossy", confirmed: false });
  });

  it("tells a table, and not its columns as well", () => {
    const finding = { verdict: "destructive" as const, engine: "scratch" as const, reason: "", remedy: "" };
    expect(
      lossCandidates([
        { ...finding, rule: "column-dropped", object: "orders.note" },
        { ...finding, rule: "table-dropped", object: "orders" },
        { ...finding, rule: "values-lost", object: "orders" },
        { ...finding, rule: "table-renamed", verdict: "breaking", object: "cards" },
      ]),
    ).to.deep.equal([{ object: "orders", rule: "table-dropped" }]);
  });
});
