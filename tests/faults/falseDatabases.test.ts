import { expect } from "chai";
import { connect } from "../../migrations/connection";
import { judgeOnScratch } from "../../schema/scratch/judgeOnScratch";
import { FalseServer, noPostgres } from "./falseServer";

const password = "geheim-hunter2";

describe("what is no PostgreSQL at a database's address", function () {
  this.timeout(60_000);
  let server: FalseServer;
  afterEach(() => server.stop());

  const database = async () =>
    connect(`postgres://shop:${password}@127.0.0.1:${server.port}/shop`).then(
      () => expect.fail("connected"),
      (error: Error) => error.message,
    );
  const scratch = async () => {
    const judgement = await judgeOnScratch(
      { shipped: [], ahead: [{ name: "ahead", sql: "SELECT 1;" }] },
      { scratch: { url: `postgres://shop:${password}@127.0.0.1:${server.port}/shop` }, timeLimit: 20 },
    );
    return judgement.ran ? expect.fail("it ran") : judgement.reason;
  };

  for (const [what, answer] of Object.entries(noPostgres))
    it(`is out of reach, as a database and as a scratch server: ${what}`, async () => {
      server = await FalseServer.start(answer);
      const told = await database();
      expect(told).to.match(/^The database can't be reached at 127\.0\.0\.1:\d+: ./);
      const reason = await scratch();
      expect(reason).to.match(/^the scratch server 127\.0\.0\.1:\d+ can't be used: ./);
      expect(told + reason).not.to.contain(password);
    });

  it("is out of reach after 3 s where it takes connections and stays silent", async () => {
    server = await FalseServer.start();
    expect(await database()).to.match(/: no answer in 3 s$/);
    expect(await scratch()).to.match(/^the scratch server 127\.0\.0\.1:\d+ can't be used: timeout expired$/);
  });
});
