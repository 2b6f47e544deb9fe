import { expect } from "chai";
import { Client } from "pg";
import { compareSnapshots } from "../../../schema/snapshot/compare";
import type { Query } from "../../../schema/snapshot/query";
import { takeSnapshot } from "../../../schema/snapshot/takeSnapshot";
import { Server } from "../../migrations/server";

const server = new Server();

describe("a snapshot of a real server", function () {
  this.timeout(60_000);
  let client: Client;
  const query: Query = async <Row>(sql: string, parameters?: readonly unknown[]) =>
    (await client.query(sql, [...(parameters ?? [])])).rows as Row[];

  before(async () => {
    await server.start();
    client = new Client(await server.newDatabase());
    await client.connect();
  });
  after(() => client?.end());

  it("holds what old code can meet, and comes through JSON as it is", async () => {
    await client.query(`
      CREATE TYPE mood AS ENUM ('fine', 'low');
      CREATE TABLE orders (id serial PRIMARY KEY, mood mood DEFAULT 'fine', amount numeric(8,2) CHECK (amount > 0));
      CREATE VIEW fine_orders AS SELECT id FROM orders WHERE mood = 'fine';
      CREATE TEMPORARY TABLE passing (id int);`);
    const snapshot = await takeSnapshot(query);
    expect(snapshot.relations.map(({ name, kind }) => `${name} ${kind}`).sort()).to.deep.equal([
      "fine_orders v",
      "orders r",
    ]);
    expect(snapshot.columns.find(({ name }) => name === "mood")).to.include({
      typeText: "public.mood",
      expression: "'fine'::public.mood",
      notNull: false,
    });
    expect(
      snapshot.types.find(({ name, own }) => own && name === "mood")?.labels?.map(([, label]) => label),
    ).to.deep.equal(["fine", "low"]);
    expect(snapshot.constraints.map(({ definition }) => definition)).to.deep.equal([
      "CHECK ((amount > (0)::numeric))",
    ]);
    expect(JSON.parse(JSON.stringify(snapshot))).to.deep.equal(snapshot);
  });

  it("leaves the search path as it was", async () => {
    await client.query("SET search_path = pg_temp, public");
    await takeSnapshot(query);
    expect((await client.query<{ search_path: string }>("SHOW search_path")).rows[0]?.search_path).to.equal(
      "pg_temp, public",
    );
    await client.query("RESET search_path");
  });

  it("is the same while nothing changes, under whatever search path", async () => {
    const before = await takeSnapshot(query);
    await client.query("SET search_path = ''");
    const after = await takeSnapshot(query);
    await client.query("RESET search_path");
    expect(after).to.deep.equal(before);
    expect(compareSnapshots(before, after)).to.deep.equal([]);
  });

  it("reads 3,000 tables, and compares them", async () => {
    for (let batch = 0; batch < 30; batch++)
      await client.query(`DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE format(
        'CREATE TABLE t_%s_%s (id int PRIMARY KEY, a text NOT NULL, b int DEFAULT 3, c timestamptz, d jsonb)', ${batch}, i);
        END LOOP; END $$`);
    const snapshot = await takeSnapshot(query);
    expect(snapshot.relations).to.have.length(3_002);
    expect(compareSnapshots(snapshot, snapshot)).to.deep.equal([]);
  });
});
