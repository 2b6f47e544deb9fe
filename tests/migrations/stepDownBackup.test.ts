import { expect } from "chai";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StepDownRequest } from "../../migrations/request";
import { stepDown } from "../../migrations/stepDown";
import { dropNote, failureOf, migrated as migratedDatabase, now, versionsIn } from "./migratedDatabase";
import { Server, table } from "./server";

const server = new Server();

describe("the backup before a step-down", function () {
  this.timeout(30_000);
  before("start PostgreSQL", () => server.start());

  const migrated = (down: string) => migratedDatabase(server, down);
  const versions = (url: string) => versionsIn(server, url);

  const backed = (request: StepDownRequest, folder: string): StepDownRequest => ({
    ...request,
    backup: { stack: "shop/prod", folder, keep: 10 },
  });

  it("has it made first, and once, though migrations follow that ask for one, too", async () => {
    const { url, request } = await migrated(dropNote);
    await server.ask(url, "INSERT INTO one VALUES (1, 'kept') RETURNING id");
    const folder = join(mkdtempSync(join(server.folder, "backups-")), "records", "backups");
    const [third] = server.request(url, [["3", table("three")]]).migrations;
    if (third === undefined) throw new Error("a migration was asked for");
    const { backup } = await stepDown(
      { ...backed(request, folder), migrations: [...request.migrations, third] },
      now,
    );
    const name = "shop-prod-2-2026-03-01T09-00-00-000Z";
    expect(backup).to.deep.include({ place: join(folder, `${name}.dump`), head: "2", tables: 2, rows: 3 });
    expect(readdirSync(folder).sort()).to.deep.equal([".gitignore", `${name}.dump`, `${name}.json`]);
    expect(await versions(url)).to.deep.equal(["1", "3"]);
  });

  it("makes none when there is nothing to take back any more", async () => {
    const { request } = await migrated(dropNote);
    await stepDown(request, now);
    const folder = join(mkdtempSync(join(server.folder, "backups-")), "backups");
    expect(await stepDown(backed(request, folder), now)).not.to.have.property("backup");
    expect(existsSync(folder)).to.equal(false);
  });

  it("takes nothing back when it can't be made", async () => {
    const { url, request } = await migrated(dropNote);
    const file = join(server.folder, "a-file");
    writeFileSync(file, "");
    expect(await failureOf(backed(request, join(file, "backups")))).to.contain(
      "Nothing was changed in the database. The services that would have met the older schema are stopped.",
    );
    expect(await versions(url)).to.deep.equal(["1", "2"]);
  });
});
