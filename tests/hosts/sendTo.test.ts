import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HostLost } from "../../hosts/errors";
import type { Host } from "../../hosts/host";
import { SendFailed, sendTo } from "../../hosts/sendTo";
import { startSshServer, wireTo, type SshServer } from "./sshServer";

const timeoutMs = 60_000;
const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
const thrownBy = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe("a file sent to a host", () => {
  let server: SshServer;
  let folder: string;
  let file: string;
  before(async () => {
    server = await startSshServer();
    folder = mkdtempSync(join(tmpdir(), "kg-sendto-"));
    file = join(folder, "artifact");
    writeFileSync(file, randomBytes(3_000_000));
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const places: [string, () => Host | undefined][] = [
    ["over ssh", () => server.host],
    ["on this machine", () => undefined],
  ];
  for (const [place, where] of places) {
    it(`is there whole, in place of what stood there: ${place}`, async () => {
      const there = mkdtempSync(join(folder, "there-"));
      const target = join(there, "it's a file");
      await sendTo(where(), file, target, { mode: 0o750, timeoutMs });
      expect(sha256(target)).to.equal(sha256(file));
      expect(statSync(target).mode & 0o7777).to.equal(0o750);
      writeFileSync(join(folder, "empty"), "");
      await sendTo(where(), join(folder, "empty"), target, { timeoutMs });
      expect([statSync(target).size, statSync(target).mode & 0o7777]).to.deep.equal([0, 0o644]);
      expect(readdirSync(there)).to.deep.equal(["it's a file"]);
    });

    it(`is refused where it can't be, and leaves nothing: ${place}`, async () => {
      const there = mkdtempSync(join(folder, "there-"));
      mkdirSync(join(there, "folder"));
      const taken = await thrownBy(sendTo(where(), file, join(there, "folder"), { timeoutMs }));
      expect(taken).to.be.instanceOf(SendFailed);
      expect(taken?.message).to.match(/folder.* was not written: .*folder is a folder\. What stood there/);
      const nowhere = await thrownBy(sendTo(where(), file, join(there, "no/where"), { timeoutMs }));
      expect(nowhere).to.be.instanceOf(SendFailed);
      expect(nowhere?.message).to.match(/no\/where.* was not written: .*No such file or directory/);
      expect(readdirSync(there)).to.deep.equal(["folder"]);
    });

    it(`is refused by a full disk, and what stood there stays: ${place}`, async function () {
      const there = mkdtempSync(join(folder, "there-"));
      const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", there]);
      if (status !== 0) this.skip();
      try {
        writeFileSync(join(there, "kept"), "as it was");
        const full = await thrownBy(sendTo(where(), file, join(there, "kept"), { timeoutMs }));
        expect(full).to.be.instanceOf(SendFailed);
        expect(full?.message).to.contain("No space left on device");
        expect(readFileSync(join(there, "kept"), "utf8")).to.equal("as it was");
        expect(readdirSync(there)).to.deep.equal(["kept"]);
      } finally {
        spawnSync("umount", [there]);
      }
    });
  }

  it("is not there in part where the connection is cut", async () => {
    const there = mkdtempSync(join(folder, "there-"));
    const wire = await wireTo(server.port, { cutAfterBytes: 1_000_000 });
    const host = { ...server.host, address: `ssh://${server.user}@127.0.0.1:${wire.port}` };
    expect(await thrownBy(sendTo(host, file, join(there, "file"), { timeoutMs }))).to.be.instanceOf(HostLost);
    await wire.close();
    while (readdirSync(there).length > 0) await sleep(20);
  });

  it("that is not here is told before anything is sent", async () => {
    const error = await thrownBy(sendTo(server.host, join(folder, "none"), "/none", { timeoutMs }));
    expect(error?.message).to.match(/ENOENT.*none/);
  });
});
