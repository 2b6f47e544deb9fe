import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { locksIn } from "../../status/locks";

describe("who holds a stack's lock", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-locks-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is read from a backend of files, with whether its process is there", async () => {
    const place = join(folder, ".pulumi", "locks", "organization", "shop", "prod");
    mkdirSync(place, { recursive: true });
    const lock = (name: string, text: string) => writeFileSync(join(place, `${name}.json`), text);
    const timestamp = "2026-11-21T12:00:00.123456789+01:00";
    const now = new Date().toISOString();
    lock("a", JSON.stringify({ pid: process.pid, username: "bo", hostname: hostname(), timestamp: now }));
    lock("b", JSON.stringify({ pid: 7, username: "anna", hostname: "laptop.example", timestamp }));
    lock("c", "<html>");
    lock("d", "{}");
    const since = "2026-11-21T11:00:00.123Z";
    const before = "2020-01-01T00:00:00.000Z";
    const ours = { pid: process.pid, username: "bo", hostname: hostname() };
    lock("e", JSON.stringify({ ...ours, timestamp: before }));
    const found = await locksIn(`file://${folder}?metadata=skip`, "shop/prod");
    expect(found).to.have.deep.members([
      { user: "bo", host: hostname(), pid: process.pid, since: now, alive: true },
      // Its process began after the lock was taken: it is another one.
      { user: "bo", host: hostname(), pid: process.pid, since: before, alive: false },
      { user: "anna", host: "laptop.example", pid: 7, since },
    ]);
    expect(await locksIn(`file://${folder}`, "shop/test")).to.deep.equal([]);
    expect(await locksIn("s3://bucket", "shop/prod")).to.deep.equal([]);
    expect(await locksIn(undefined, "shop/prod")).to.deep.equal([]);
  });
});
