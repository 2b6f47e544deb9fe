import { expect } from "chai";
import { databaseIdentity } from "../../migrations/databaseIdentity";
import { sameDatabase } from "../../migrations/sameDatabase";
import { Server } from "./server";

const server = new Server();

describe("which database an address leads to", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  const asAdministrator = (url: string) =>
    url.replace(/^.*?@/, server.postgres.adminUrl.replace(/@.*$/, "@"));

  it("is the same for every way of writing it and every role, and another for another database", async () => {
    const url = await server.newDatabase();
    const own = await databaseIdentity(url);
    for (const word of Object.values(own)) expect(word).to.match(/^[0-9a-f]{16}$/);
    expect(Object.keys(own)).to.have.members(["server", "address", "name"]);
    const spelled = url.replace("%2Fpostgres", "%2F.%2Fpostgres");
    expect(spelled).not.to.equal(url);
    expect(sameDatabase(await databaseIdentity(spelled), own)).to.equal(true);
    expect(sameDatabase(await databaseIdentity(asAdministrator(url)), own)).to.equal(true);
    expect(sameDatabase(await databaseIdentity(await server.newDatabase()), own)).to.equal(false);
  });

  it("is the same for two roles of which one is not told the server's number", async () => {
    const url = await server.newDatabase();
    await server.ask(asAdministrator(url), "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    const [told, silent] = [await databaseIdentity(asAdministrator(url)), await databaseIdentity(url)];
    expect(told).to.have.property("server");
    expect(silent).not.to.have.property("server");
    for (const one of [told, silent]) expect(sameDatabase(one, silent)).to.equal(true);
    const spelled = url.replace("%2Fpostgres", "%2F.%2Fpostgres");
    expect(sameDatabase(told, await databaseIdentity(spelled))).to.equal(undefined);
    const other = await databaseIdentity(await server.newDatabase());
    for (const one of [told, silent]) expect(sameDatabase(one, other)).to.equal(false);
  });
});
