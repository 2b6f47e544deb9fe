import { expect } from "chai";
import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { symlink } from "../../settings/symlinkSettings";
import type { SymlinkPlace } from "../../targets/symlink/place";
import { open } from "../../targets/symlink/target";
import { ReleaseFailed, type Wanted } from "../../targets/target";
import { startSshServer, wireTo, type SshServer } from "../hosts/sshServer";
import { gitReleases, makeArtifacts, treeOf, writeFiles, type Artifacts } from "./releaseWorld";

describe("a link to releases, as Deployer lays them out", function () {
  this.timeout(600_000);
  let server: SshServer;
  let artifacts: Artifacts;
  let home: string;
  let count = 0;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "kg-symlink-"));
    server = await startSshServer();
    artifacts = await makeArtifacts();
  });
  after(async () => {
    artifacts?.stop();
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const quiet = () => undefined;
  const failure = async (asked: Promise<unknown>): Promise<Error> => {
    try {
      await asked;
    } catch (error) {
      return error as Error;
    }
    throw new Error("it did not fail");
  };

  const repository = (...releases: string[]) => gitReleases(home, "shop", releases);

  function world(changes: Record<string, unknown> = {}, place: Partial<SymlinkPlace> = {}) {
    const parent = mkdtempSync(join(home, `host${++count}-`));
    const folder = join(parent, "shop");
    mkdirSync(folder);
    const settings = symlink.parse({
      keep: 3,
      services: {
        shop: {
          folder,
          sharedFolders: ["storage"],
          sharedFiles: [".env"],
          build: ["echo built in $PWD > built; echo build >> ../../commands"],
          afterSwitch: ["echo switched to $(cat index.php) >> ../../commands"],
          ...changes,
        },
      },
    });
    const open_ = (more: Partial<SymlinkPlace> = {}) =>
      open({ kind: "symlink", ...settings, ...place, ...more } as SymlinkPlace, new AbortController().signal);
    const deploy = async (wanted: Wanted, on = open_()) => {
      await on.fetch([wanted], quiet);
      return (await on.switchTo([wanted], quiet))[0];
    };
    return {
      parent,
      folder,
      target: open_,
      deploy,
      commands: () => readFileSync(join(folder, "commands"), "utf8"),
    };
  }

  it("brings git revisions to numbered folders with what is shared, and goes back without building", async () => {
    const { folder, target, deploy, commands } = world({}, { host: server.host });
    const [v1, v2] = repository("v1", "v2") as [Wanted, Wanted];
    expect(await target().obstacles([v1])).to.deep.equal([]);
    const first = await deploy(v1);
    expect([first?.digest, first?.state.status]).to.deep.equal([v1.digest, "running"]);
    writeFileSync(join(folder, "shared", ".env"), "FROM=the host\n");
    const second = await deploy(v2);
    expect(second?.instance).not.to.equal(first?.instance);
    expect(readlinkSync(join(folder, "current"))).to.equal("releases/2");
    expect(readFileSync(join(folder, "current", ".env"), "utf8")).to.equal("FROM=the host\n");
    expect(readlinkSync(join(folder, "current", "storage"))).to.equal(join(folder, "shared", "storage"));
    expect(readFileSync(join(folder, "current", "built"), "utf8")).to.equal(
      `built in ${folder}/releases/2\n`,
    );
    const said: string[] = [];
    await target().fetch([v1], (line) => void said.push(line));
    const back = await target().switchTo([v1], (line) => void said.push(line));
    expect(back[0]?.digest).to.equal(v1.digest);
    expect(said[0]).to.equal("shop: v1 is on the host already");
    expect(commands().match(/^build$/gm)).to.have.length(2);
    expect(commands())
      .to.contain('switched to <?php echo "v1";\nbuild')
      .and.match(/switched to <\?php echo "v1";\n$/);
    expect(await target().switchTo([v1], (line) => void said.push(line))).to.deep.equal(back);
    expect(said.at(-1)).to.equal("shop: is current already");
  });

  it("takes over what Deployer left, and leaves it able to go on", async () => {
    const { folder, target, deploy } = world();
    const [v1, v2, v3] = repository("v1", "v2", "v3") as [Wanted, Wanted, Wanted];
    mkdirSync(join(folder, ".dep"));
    for (const [number, { digest }] of [v1, v2].entries()) {
      const release = join(folder, "releases", String(number + 1));
      writeFiles(release, { REVISION: `${digest.slice(4)}\n`, "index.php": `dep ${number + 1}` });
      writeFileSync(
        join(folder, ".dep", "releases_log"),
        `{"created_at":"2026-03-0${number + 1}T09:00:00+0000","release_name":"${number + 1}","user":"ann","target":"HEAD"}\n`,
        { flag: "a" },
      );
    }
    writeFileSync(join(folder, ".dep", "latest_release"), "2\n");
    symlinkSync(join(folder, "releases", "2"), join(folder, "current"));
    expect((await target().look([v1]))[0]?.digest).to.equal(v2.digest);
    expect(await target().present([v1])).to.deep.equal(["shop"]);
    const before = treeOf(join(folder, "releases"));
    expect((await deploy(v1))?.digest).to.equal(v1.digest);
    expect(treeOf(join(folder, "releases"))).to.deep.equal(before);
    await deploy(v3);
    expect(readFileSync(join(folder, ".dep", "latest_release"), "utf8")).to.equal("3\n");
    const log = readFileSync(join(folder, ".dep", "releases_log"), "utf8")
      .trim()
      .split("\n");
    const last = JSON.parse(log.at(-1) ?? "") as Record<string, string>;
    expect([log.length, last.release_name, last.target]).to.deep.equal([3, "3", "v3"]);
    expect(last.created_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
    expect(readFileSync(join(folder, "releases", "3", "REVISION"), "utf8")).to.equal(
      `${v3.digest.slice(4)}\n`,
    );

    writeFileSync(join(folder, ".dep", "deploy.lock"), "ann\n");
    const held = "Deployer holds the folder: ann. Wait for it, or run dep deploy:unlock";
    expect(await target().obstacles([v1])).to.deep.equal([`shop: ${held}`]);
    expect((await failure(target().switchTo([v1], quiet))).message).to.contain(held);
  });

  it("removes old releases of its own, and Deployer's only where it is told to", async () => {
    for (const removeUnknown of [false, true]) {
      const { folder, deploy } = world({ removeUnknown, build: [], afterSwitch: [] });
      const builds = repository("v1", "v2", "v3", "v4", "v5");
      writeFiles(join(folder, "releases", "1"), { REVISION: "old" });
      writeFiles(join(folder, "releases", "mine"), { REVISION: "own" });
      writeFiles(join(folder, ".dep"), { releases_log: '{"release_name":"1"}\n' });
      execFileSync("touch", ["-d", "2020-01-01", join(folder, "releases", "1")]);
      for (const one of builds) await deploy(one);
      const own = ["4", "5", "6", "mine"];
      expect(readdirSync(join(folder, "releases")).sort()).to.deep.equal(removeUnknown ? own : ["1", ...own]);
    }
  });

  it("tells of a build command and of an after-switch command that fail, and goes on where it stopped", async () => {
    const [v1, v2] = repository("v1", "v2") as [Wanted, Wanted];
    const { folder, target, deploy, commands } = world({
      build: ['grep -q v1 index.php || { echo "no composer.json"; exit 3; }'],
      afterSwitch: ["[ ! -f ../../broken ] || sleep 1000", "echo reloaded >> ../../commands"],
      commandWithin: 1,
    });
    await deploy(v1);
    const before = treeOf(join(folder, "releases"));
    const unbuilt = await failure(deploy(v2));
    expect(unbuilt).to.be.instanceOf(ReleaseFailed);
    expect(unbuilt.message)
      .to.contain("shop: build of v2: grep")
      .and.contain("failed with exit code 3. Nothing was switched");
    expect((unbuilt as ReleaseFailed).output).to.equal("no composer.json");
    expect(treeOf(join(folder, "releases"))).to.deep.equal(before);

    writeFileSync(join(folder, "broken"), "");
    const v1b = artifacts.archive("shop", "v3", { "index.php": "v1 by archive" });
    const late = await failure(deploy(v1b));
    expect(late.message)
      .to.contain("afterSwitch of v3")
      .and.contain("took too long, and was ended")
      .and.contain("nothing was taken back");
    expect((await target().look([v1b]))[0]?.digest).to.equal(undefined);
    rmSync(join(folder, "broken"));
    expect((await target().switchTo([v1b], quiet))[0]?.digest).to.equal(v1b.digest);
    expect(commands()).to.equal("reloaded\nreloaded\n");
  });

  it("converges when it is run again, wherever it was killed", async () => {
    const shim = mkdtempSync(join(home, "shim-"));
    const left = join(shim, "left");
    for (const name of ["flock", "tar", "git", "mv", "rm", "ln", "sync", "timeout", "touch"])
      writeFileSync(
        join(shim, name),
        `#!/bin/sh
left=$(cat ${left})
if [ "$left" -gt 0 ]; then
  left=$((left - 1)); echo $left > ${left}
  [ "$left" -eq 0 ] && kill -9 0
fi
exec /usr/bin/${name} "$@"
`,
        { mode: 0o755 },
      );
    const builds = repository("v1", "v2") as [Wanted, Wanted];
    const { folder, target, deploy } = world();
    await deploy(builds[0]);
    const sound = process.env.PATH;
    for (let [step, from, to] = [1, ...builds]; ; [step, from, to] = [step + 1, to, from]) {
      for (const name of readdirSync(join(folder, "releases")))
        if (name !== readlinkSync(join(folder, "current")).split("/")[1])
          rmSync(join(folder, "releases", name), { recursive: true });
      writeFileSync(left, String(step));
      process.env.PATH = `${shim}:${sound}`;
      const died = await deploy(to).then(
        () => false,
        () => true,
      );
      process.env.PATH = sound;
      if (!died) {
        expect(step).to.be.greaterThan(10);
        break;
      }
      const seen = (await target().look([to]))[0];
      expect(seen?.state.status).to.equal("running");
      if (seen?.digest !== undefined) {
        const { release } = seen.digest === to.digest ? to : from;
        expect(readFileSync(join(folder, "current", "index.php"), "utf8")).to.contain(release);
      }
      expect((await deploy(to))?.digest, `killed at step ${step}`).to.equal(to.digest);
      expect(readdirSync(join(folder, "releases")), `killed at step ${step}`).to.have.length(2);
    }
  });

  it("says that the host is out of reach at each step, and a stranger's key, and changes nothing", async () => {
    const [v1, v2] = repository("v1", "v2") as [Wanted, Wanted];
    const { parent, target, deploy } = world({ logFiles: ["storage/shop.log"] });
    await deploy(v1);
    const before = treeOf(parent);
    const wire = await wireTo(server.port);
    const host = { ...server.host, address: `ssh://${server.user}@127.0.0.1:${wire.port}` };
    await wire.cut();
    const far = target({ host });
    for (const asked of [
      () => far.obstacles([v2]),
      () => far.present([v2]),
      () => far.fetch([v2], quiet),
      () => far.switchTo([v1], quiet),
      () => far.look([v1]),
      () => far.logs("shop", 5),
      () => far.exec("shop", ["true"], 10_000),
    ])
      expect((await failure(asked())).name).to.equal("HostUnreachable");
    const next = await wireTo(server.port);
    const cutAt = target({ host: { ...host, address: `ssh://${server.user}@127.0.0.1:${next.port}` } });
    const lost = await failure(cutAt.fetch([v2], (line) => void (line.includes("prepares") && next.cut())));
    expect(lost.name).to.match(/^Host(Unreachable|Lost)$/);
    const stranger = target({ host: { ...server.host, hostKeys: [`ssh-ed25519 ${"A".repeat(68)}`] } });
    expect((await failure(stranger.fetch([v2], quiet))).name).to.equal("HostKeyMismatch");
    expect(treeOf(parent)).to.deep.equal(before);
  });

  it("says what a folder, a commit or a build lacks", async () => {
    const [v1] = repository("v1") as [Wanted];
    const { target } = world();
    expect(await target().obstacles([{ ...v1, kind: "image", from: "acme/shop" }])).to.have.length(1);
    const lost = { ...v1, digest: `git:${"0".repeat(40)}` };
    expect((await failure(target().fetch([lost], quiet))).message).to.contain(
      `does not have the commit ${"0".repeat(40)}`,
    );
    expect(
      (
        await failure(
          world()
            .target()
            .fetch([{ ...v1, from: join(home, "none") }], quiet),
        )
      ).message,
    ).to.contain("git can't fetch");
    const nowhere = world({ folder: join(home, "nowhere") });
    expect((await nowhere.target().obstacles([v1]))[0]).to.contain("sudo install -d -o USER");
    expect((await failure(target().switchTo([v1], quiet))).message).to.contain("it has to be fetched first");
    expect((await failure(target().stop(["shop"], quiet))).message).to.contain("can't be stopped");
  });

  it("has one change at a time, changes nothing else, and shows its logs", async () => {
    const [v1, v2] = repository("v1", "v2") as [Wanted, Wanted];
    const { parent, folder, target, deploy } = world({ logFiles: ["storage/shop.log", "none.log"] });
    writeFileSync(join(parent, "neighbour"), "untouched");
    await Promise.all([
      target().fetch([v1], quiet),
      target().fetch([v1], quiet),
      target().fetch([v2], quiet),
    ]);
    expect(readdirSync(join(folder, "releases")).sort()).to.deep.equal(["1", "2"]);
    await deploy(v1);
    writeFileSync(join(folder, "shared", "storage", "shop.log"), "one\ntwo\nthree\n");
    const before = treeOf(parent);
    expect(await target().logs("shop", 2)).to.equal("two\nthree\n");
    await target().obstacles([v2]);
    await target().look([v2]);
    expect(treeOf(parent)).to.deep.equal(before);
    await deploy(v2);
    await deploy(v1);
    const changed = treeOf(parent).filter((line) => !before.includes(line));
    expect(
      changed
        .map((line) => line.split(" ")[0])
        .filter((path) => !/^shop\/(\.knowngood\/|commands$)/.test(path ?? "")),
    ).to.deep.equal([]);
  });

  it("is brought back by hand, by the lines that are printed, and that is seen", async () => {
    const [v1, v2] = repository("v1", "v2") as [Wanted, Wanted];
    const { folder, target, deploy, commands } = world();
    await deploy(v1);
    await deploy(v2);
    const { stdout } = await promisify(execFile)("sh", ["-c", target().byHand([v1]).join("\n")]);
    expect(stdout).to.equal(`${readlinkSync(join(folder, "current"))}\n`);
    expect((await target().look([v1]))[0]?.digest).to.equal(v1.digest);
    expect(commands()).to.match(/switched to <\?php echo "v1";\n$/);
    expect(existsSync(join(folder, ".by-hand"))).to.equal(false);
  });
});
