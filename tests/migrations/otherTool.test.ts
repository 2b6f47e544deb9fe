import { expect } from "chai";
import { migrate } from "../../migrations/migrate";
import { Server } from "./server";

const server = new Server();

describe("a release without migrations on a database of another tool", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  const tables: [tool: string, sql: string, applied: string[]][] = [
    [
      "golang-migrate",
      "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (3, false)",
      ["3"],
    ],
    [
      "goose",
      "CREATE TABLE goose_db_version (id serial, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now()); INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (7, true)",
      ["7"],
    ],
  ];
  for (const [tool, sql, applied] of tables) {
    it(`reads what ${tool} has applied, and leaves everything as it is`, async () => {
      const url = await server.newDatabase();
      for (const statement of sql.split("; ")) await server.ask(url, statement);
      const names = () =>
        server.ask(
          url,
          "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
        );
      const before = await names();
      expect(await migrate(server.request(url, []))).to.deep.equal({ ran: [], applied });
      expect(await names()).to.deep.equal(before);
    });
  }

  it("is dbmate's where the database has its table, or none", async () => {
    const url = await server.newDatabase();
    expect(await migrate(server.request(url, []))).to.deep.equal({ ran: [], applied: [] });
    await server.ask(url, "CREATE TABLE schema_migrations (version varchar PRIMARY KEY)");
    await server.ask(url, "INSERT INTO schema_migrations VALUES ('1')");
    expect(await migrate(server.request(url, []))).to.deep.equal({ ran: [], applied: ["1"] });
  });
});
