import { expect } from "chai";
import { databaseIdentity } from "../../migrations/databaseIdentity";
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
    expect(own).to.match(/^[0-9a-f]{16}$/);
    const spelled = url.replace("%2Fpostgres", "%2F.%2Fpostgres");
    expect(spelled).not.to.equal(url);
    expect(await databaseIdentity(spelled)).to.equal(own);
    expect(await databaseIdentity(asAdministrator(url))).to.equal(own);
    expect(await databaseIdentity(await server.newDatabase())).not.to.equal(own);
  });

  it("is the address's where the server does not say it to that role", async () => {
    const url = await server.newDatabase();
    const own = await databaseIdentity(url);
    await server.ask(asAdministrator(url), "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    const silent = await databaseIdentity(url);
    expect(silent).to.match(/^[0-9a-f]{16}$/);
    expect(silent).not.to.equal(own);
    expect(await databaseIdentity(url)).to.equal(silent);
  });
});
