import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askDiskCommand } from "../../disk/diskCommand";
import { imageFolders } from "../../disk/engineDisk";
import { deviceOf, filesystemOf, filesystemsOf, parseDf, usedPercent } from "../../disk/filesystem";

const gnu = `Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/vda         264212084 19836452  75664812      21% /
tmpfs                  100       90        10      90% /mnt/with a space
`;

describe("df's output", () => {
  it("is read line by line, in bytes, whatever was said before it", () => {
    expect(parseDf(`Warning: Permanently added 'db' (ED25519)\n${gnu}`)).to.deep.equal([
      { name: "/ (/dev/vda)", used: 19836452 * 1024, free: 75664812 * 1024 },
      { name: "/mnt/with a space (tmpfs)", used: 90 * 1024, free: 10 * 1024 },
    ]);
  });

  it("is read of busybox, in blocks of 512, in another language, and where the administrator's part is in use", () => {
    const busybox = `Filesystem           1024-blocks    Used Available Capacity Mounted on
overlay              61255492  48142216   9969248  83% /`;
    expect(parseDf(busybox).map(usedPercent)).to.deep.equal([82]);
    expect(
      parseDf("Filesystem 512-blocks Used Available Capacity Mounted on\n/dev/a 8 4 2 67% /"),
    ).to.deep.equal([{ name: "/ (/dev/a)", used: 2048, free: 1024 }]);
    const german =
      "Dateisystem 1024-Blöcke Benutzt Verfügbar Kapazität Eingehängt auf\n/dev/a 100 99 -5 100% /";
    expect(parseDf(german)).to.deep.equal([{ name: "/ (/dev/a)", used: 99 * 1024, free: 0 }]);
  });

  it("is nothing else: no figures, no headings, sizes for people", () => {
    for (const text of [
      "",
      "1024-blocks",
      gnu.split("\n")[0] ?? "",
      "/dev/vda 264212084 19836452 75664812 21% /",
      "Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda        252G   19G   73G  21% /",
    ])
      expect(() => parseDf(text), text).to.throw("something else than `df -kP`");
  });
});

describe("a filesystem", () => {
  it("is full by what can be used, rounded down to the percentage that it has reached", () => {
    const percent = (used: number, free: number) => usedPercent({ name: "/", used, free });
    expect([
      percent(0, 10),
      percent(799, 201),
      percent(800, 200),
      percent(10, 0),
      percent(0, 0),
    ]).to.deep.equal([0, 79, 80, 100, 100]);
  });

  it("is asked of the system as df does, and named by where it is mounted", async () => {
    for (const folder of [tmpdir(), "/dev/shm"]) {
      const [df] = parseDf(execFileSync("df", ["-kP", folder], { encoding: "utf8" }));
      const own = await filesystemOf(folder);
      expect(df?.name).to.match(new RegExp(`^${own.name} \\(`));
      // Others write meanwhile, so what is used and free moves, and their sum hardly.
      const size = (df?.used ?? 0) + (df?.free ?? 0);
      expect(own.used + own.free).to.be.closeTo(size, size / 50);
    }
    expect((await filesystemOf("/dev/shm")).device).not.to.equal((await filesystemOf("/")).device);
  });

  it("is known of a folder that is still to be made, by the one above it", async () => {
    expect(await deviceOf("/dev/shm/not/there/yet")).to.equal((await filesystemOf("/dev/shm")).device);
    expect(await deviceOf(join(tmpdir(), "not-there"))).to.equal((await filesystemOf(tmpdir())).device);
  });
});

describe("an engine's folders", () => {
  it("are its own, and containerd's where that keeps the images", () => {
    const root = "/var/lib/docker";
    expect(imageFolders({ root, status: [["Backing Filesystem", "extfs"]] })).to.deep.equal([root]);
    expect(imageFolders({ root, status: null })).to.deep.equal([root]);
    const status = [["driver-type", "io.containerd.snapshotter.v1"]];
    expect(imageFolders({ root, status })).to.deep.equal([root, "/var/lib/containerd"]);
  });

  it("are on one filesystem or on several, each told of once", async () => {
    const devices = async (...folders: string[]) =>
      (await filesystemsOf(folders)).map(({ device }) => device);
    const [root, memory] = [await deviceOf("/"), await deviceOf("/dev/shm")];
    expect(await devices("/", "/dev/shm", "/")).to.deep.equal([root, memory]);
    const missing = await devices("/", "/not/there").catch((error: Error) => error.message);
    expect(missing).to.contain("ENOENT");
  });
});

describe("a command that tells of a disk", () => {
  const message = (command: string[], within = 10) =>
    askDiskCommand({ command, within }).then(
      () => "it told",
      (error: Error) => error.message,
    );

  it("is believed where it prints what df prints, without a shell and without Pulumi's secrets", async () => {
    expect((await askDiskCommand({ command: ["df", "-kP", "/dev/shm"], within: 10 }))[0]?.name).to.match(
      /^\/dev\/shm \(/,
    );
    process.env.PULUMI_CONFIG = "a secret";
    try {
      expect(await message(["sh", "-c", 'echo "$PULUMI_CONFIG" >&2; exit 3'])).to.equal(
        'sh -c echo "$PULUMI_CONFIG" >&2; exit 3 ended with 3',
      );
    } finally {
      delete process.env.PULUMI_CONFIG;
    }
    expect(await message(["echo", "$HOME"])).to.contain("echo $HOME: it printed something else");
  });

  it("says why it told nothing: not found, failed with its words, too late", async () => {
    expect(await message(["no-such-program-here"])).to.match(/^no-such-program-here ended with 127: /);
    expect(await message(["sh", "-c", "echo no route to host; exit 255"])).to.contain(
      "ended with 255: no route to host",
    );
    expect(await message(["sleep", "100"], 0.2)).to.equal("sleep 100 did not end in 0.2 s");
  });
});
