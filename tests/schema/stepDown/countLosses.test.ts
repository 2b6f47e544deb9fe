import { expect } from "chai";
import { Client } from "pg";
import type { Query } from "../../../schema/snapshot/query";
import { countLosses, type CountOptions, type LossCandidate } from "../../../schema/stepDown/countLosses";
import { Server } from "../../migrations/server";

const server = new Server();

describe("the losses of a step-down, counted in the live database", function () {
  this.timeout(30_000);
  let url: string;
  before("start PostgreSQL", async () => {
    await server.start();
    url = await server.newDatabase();
    const client = new Client(url);
    await client.connect();
    await client.query(
      `CREATE TABLE orders (id int PRIMARY KEY, note text, "odd.name" text);
       INSERT INTO orders SELECT n, CASE WHEN n <= 3 THEN 'kept' END FROM generate_series(1, 5) n;
       CREATE TABLE "Mixed" (id int); INSERT INTO "Mixed" VALUES (1);
       CREATE SCHEMA billing;
       CREATE TABLE billing.invoice (id int, total int); INSERT INTO billing.invoice VALUES (1, 1), (2, NULL);
       CREATE TABLE billing (invoice int); INSERT INTO billing VALUES (1), (2), (NULL);
       CREATE TABLE parted (id int, note text) PARTITION BY LIST (id);
       CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
       CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
       INSERT INTO parted VALUES (1, 'a'), (1, NULL), (2, 'b');
       CREATE TABLE empty (id int, note text);
       CREATE TABLE many AS SELECT n AS id, CASE WHEN n % 4 = 0 THEN n END AS part FROM generate_series(1, 1000) n;
       ANALYZE many; ANALYZE parted;`,
    );
    await client.end();
  });

  async function count(candidates: LossCandidate[], options?: CountOptions, slow?: string) {
    const client = new Client(url);
    await client.connect();
    const query: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const text = slow !== undefined && /^SELECT count/.test(sql) ? slow : sql;
      return (await client.query(text, [...parameters])).rows as Row[];
    };
    try {
      return await countLosses(query, candidates, options);
    } finally {
      await client.end();
    }
  }
  const dropped = (object: string): LossCandidate => ({ object, rule: "table-dropped" });
  const columnDropped = (object: string): LossCandidate => ({ object, rule: "column-dropped" });

  it("are the rows of a table, and the values of a column that are not NULL", async () => {
    const { losses, empty } = await count([
      dropped("orders"),
      columnDropped("orders.note"),
      dropped("Mixed"),
    ]);
    expect(losses).to.deep.equal([
      { object: "orders", rows: 5, estimated: false },
      { object: "orders.note", values: 3, estimated: false },
      { object: "Mixed", rows: 1, estimated: false },
    ]);
    expect(empty).to.deep.equal([]);
  });

  it("take a name as a table or as a column, as the finding means it", async () => {
    expect(
      (await count([dropped("billing.invoice"), columnDropped("billing.invoice")])).losses,
    ).to.deep.equal([
      { object: "billing.invoice", rows: 2, estimated: false },
      { object: "billing.invoice", values: 2, estimated: false },
    ]);
    for (const rule of ["column-recreated", "lossy-cast", "rows-changed", "values-changed", "values-lost"])
      expect((await count([{ object: "billing.invoice", rule }])).losses[0], rule).to.include({ values: 2 });
    for (const rule of ["rows-deleted", "rows-lost", "table-recreated", "table-truncated"])
      expect((await count([{ object: "billing.invoice", rule }])).losses[0], rule).to.include({ rows: 2 });
    // Never the one for the other: what is counted would be something else.
    expect((await count([columnDropped("orders")])).losses[0]).to.have.property("unconfirmed");
    expect((await count([dropped("orders.note")])).losses[0]).to.have.property("unconfirmed");
    expect((await count([columnDropped("billing.invoice.total")])).losses[0]).to.include({ values: 1 });
  });

  it("are those of all partitions", async () => {
    expect((await count([dropped("parted"), columnDropped("parted.note")])).losses).to.deep.equal([
      { object: "parted", rows: 3, estimated: false },
      { object: "parted.note", values: 2, estimated: false },
    ]);
    expect((await count([dropped("parted")], { countUpTo: 2 })).losses[0]).to.include({
      rows: 3,
      estimated: true,
    });
  });

  it("are none where nothing is held, which is looked at again later", async () => {
    expect(await count([dropped("empty"), columnDropped("orders.odd.name")])).to.deep.equal({
      losses: [],
      empty: [
        {
          object: "empty",
          relation: '"public"."empty"',
          sql: 'SELECT count(*) AS count FROM "public"."empty"',
        },
        {
          object: "orders.odd.name",
          relation: '"public"."orders"',
          sql: 'SELECT count("odd.name") AS count FROM "public"."orders"',
        },
      ],
    });
  });

  it("are estimated past the size that is set, and counted up to it", async () => {
    expect((await count([dropped("many")], { countUpTo: 1000 })).losses[0]).to.include({
      estimated: false,
    });
    const { losses } = await count([dropped("many"), columnDropped("many.part")], { countUpTo: 999 });
    expect(losses).to.deep.equal([
      { object: "many", rows: 1000, estimated: true },
      { object: "many.part", values: 250, estimated: true },
    ]);
  });

  it("say why they could not be counted: no such object, too slow, no time left, a statement that takes a part", async () => {
    const { losses } = await count([
      dropped("nowhere"),
      { object: "orders", rule: "rows-deleted", statement: "DELETE FROM orders WHERE id < 3" },
      { object: "orders", rule: "rows-deleted", statement: "DELETE FROM orders" },
    ]);
    expect(losses).to.deep.equal([
      {
        object: "nowhere",
        estimated: false,
        unconfirmed: "no table or column of this name is in the database",
      },
      {
        object: "orders",
        rows: 5,
        estimated: false,
        unconfirmed: "counted whole, though the statement takes a part",
      },
      { object: "orders", rows: 5, estimated: false },
    ]);
    let time = 0;
    const late = await count([dropped("orders"), dropped("Mixed")], { clock: () => (time += 9_900) - 9_900 });
    expect(late.losses[1]?.unconfirmed).to.equal("not counted: the others took 10 s already");
    // The clock says that a tenth of a second is left.
    time = 0;
    const slow = await count(
      [dropped("orders")],
      { clock: () => (time += 9_900) - 9_900 },
      "SELECT pg_sleep(3)",
    );
    expect(slow.losses[0]?.unconfirmed).to.equal("not counted: canceling statement due to statement timeout");
  });

  it("are read only, and one that fails does not spoil the others", async () => {
    const { losses } = await count([dropped("orders")], {}, "DELETE FROM orders");
    expect(losses[0]?.unconfirmed).to.match(/cannot execute DELETE in a read-only transaction/);
    expect((await count([dropped("orders")])).losses[0]).to.include({ rows: 5 });
  });
});
