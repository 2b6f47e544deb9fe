import { expect } from "chai";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Host } from "../../hosts/host";
import { systemd } from "../../settings/systemdSettings";
import type { SystemdPlace } from "../../targets/systemd/place";
import { open } from "../../targets/systemd/target";
import { ReleaseFailed, type Wanted } from "../../targets/target";
import type { SshServer } from "../hosts/sshServer";
import { wireTo } from "../hosts/sshServer";
import { bootSystemd, canBoot, type BootedSystemd } from "./bootedSystemd";
import { makeArtifacts, treeOf, type Artifacts } from "./releaseWorld";

const good = (release: string) => `#!/bin/sh\necho "web ${release} listens"\nexec sleep 100000\n`;
const bad = "#!/bin/sh\necho 'no such table: orders'\nexit 3\n";

describe("systemd on a host", function () {
  this.timeout(600_000);
  let machine: BootedSystemd;
  let server: SshServer;
  let artifacts: Artifacts;
  let count = 0;
  const path = process.env.PATH;
  before(async function () {
    if (!canBoot) this.skip();
    machine = await bootSystemd();
    server = await machine.reach();
    artifacts = await makeArtifacts();
    process.env.PATH = `${machine.programs}:${path}`;
  });
  after(async () => {
    process.env.PATH = path;
    artifacts?.stop();
    await machine?.stop();
  });

  const quiet = () => undefined;

  /** A service of a test's own: folder, unit, and two releases that work. */
  function world(options: { unit?: string; host?: Host } = {}) {
    const { host } = options;
    const service = `web${++count}`;
    const parent = mkdtempSync(join(machine.folder, "host-"));
    const folder = join(parent, "web");
    mkdirSync(folder);
    const unit = `${service}.service`;
    const text =
      options.unit ??
      `[Service]\nWorkingDirectory=${folder}/current\nExecStart=${folder}/current/bin/web\nRestart=on-failure\nRestartSec=100ms\nSyslogIdentifier=${service}\n`;
    if (options.unit !== "") machine.writeUnit(unit, text);
    const written = { activeFor: 1, services: { [service]: { folder, units: [unit] } } };
    const target = (changes: Record<string, unknown> = {}, more: Partial<SystemdPlace> = {}) =>
      open(
        {
          kind: "systemd",
          ...systemd.parse({ ...written, ...changes }),
          host: undefined,
          ...(host !== undefined && { host }),
          ...more,
        },
        new AbortController().signal,
      );
    const release = (name: string, program = good(name)) =>
      artifacts.archive(service, name, { "bin/web": program, README: name });
    const [v1, v2] = [release("v1"), release("v2")];
    const deploy = async (wanted: Wanted, on = target()) => {
      await on.fetch([wanted], quiet);
      return (await on.switchTo([wanted], quiet))[0];
    };
    return { service, parent, folder, unit, target, release, v1, v2, deploy };
  }

  const failure = async (asked: Promise<unknown>): Promise<string> => {
    try {
      await asked;
    } catch (error) {
      return String(error);
    }
    throw new Error("it did not fail");
  };

  it("goes forward, back by tag without fetching, and leaves alone what runs", async () => {
    const { service, unit, folder, target, v1, v2, deploy } = world({ host: server.host });
    const [one, two] = [artifacts.byUrl(v1), artifacts.byUrl(v2)];
    const none = await target().look([one]);
    expect(none[0]).to.deep.include({ service, digest: undefined });
    expect(none[0]?.state.status).to.equal("exited");
    expect(await target().obstacles([one])).to.deep.equal([]);
    const first = await deploy(one);
    expect([first?.digest, first?.state.status]).to.deep.equal([v1.digest, "running"]);
    const second = await deploy(two);
    expect(second?.digest).to.equal(v2.digest);
    expect(second?.instance).not.to.equal(first?.instance);

    const fetched = artifacts.asked.length;
    expect(await target().present([one, { ...one, release: "v9", digest: "sha256:0" }])).to.deep.equal([
      service,
    ]);
    const back = await deploy(one);
    expect([back?.digest, artifacts.asked.length]).to.deep.equal([v1.digest, fetched]);
    expect(machine.run(`readlink ${folder}/current; systemctl is-active ${unit}`)).to.equal(
      "releases/v1\nactive\n",
    );
    expect(await target().logs(service, 50))
      .to.contain("web v1 listens")
      .and.contain("web v2 listens");

    const said: string[] = [];
    const again = await target().switchTo([one], (line) => void said.push(line));
    expect(again[0]).to.deep.equal(back);
    expect(said).to.deep.equal([`${service}: runs already`]);
    const asked = await target().exec(service, ["cat", "README"], 10_000);
    expect(asked).to.deep.equal({ exitCode: 0, output: "v1" });
  });

  it("sends a file, also a single binary, and has the host's own unit file written only when it changed", async () => {
    const { service, unit, folder, target, deploy } = world({ unit: "", host: server.host });
    const binary = artifacts.binary(service, "v1", good("v1"));
    const file = join(artifacts.folder, unit);
    const text = (more = "") => `[Service]\nExecStart=${folder}/current/${service}\n${more}`;
    writeFileSync(file, text());
    const own = { services: { [service]: { folder, units: [unit], unitFiles: { [unit]: file } } } };
    expect(await target().obstacles([binary])).to.deep.equal([
      `${service}: there is no unit ${unit}: write its file, or name one in unitFiles`,
    ]);
    expect(await target(own).obstacles([binary])).to.deep.equal([]);
    expect((await deploy(binary, target(own)))?.state.status).to.equal("running");
    const written = machine.run(`stat -c %i /etc/systemd/system/${unit}`);
    const said: string[] = [];
    await target(own).switchTo([binary], (line) => void said.push(line));
    expect(said).to.deep.equal([`${service}: runs already`]);
    expect(machine.run(`stat -c %i /etc/systemd/system/${unit}`)).to.equal(written);
    writeFileSync(file, text("Environment=A=b\n"));
    await target(own).switchTo([binary], (line) => void said.push(line));
    expect(said.slice(1)).to.deep.equal([
      `${service}: wrote the unit file ${unit}`,
      `${service}: restarts ${unit}`,
    ]);
    expect(machine.run(`systemctl show -p Environment ${unit}`)).to.equal("Environment=A=b\n");
  });

  it("tells of a bad release with its journal, leaves it as it is, and goes back", async () => {
    const { service, target, v1, release, deploy } = world();
    await deploy(v1);
    const broken = release("v2", bad);
    const failed: unknown = await deploy(broken).catch((error: unknown) => error);
    const journal = failed instanceof ReleaseFailed ? failed.output : "";
    const said = String(failed);
    expect(said).to.contain(`ReleaseFailed: ${service}: v2 does not stay active for 1 s`);
    expect(journal).to.contain("no such table: orders");
    expect(said).contain("nothing was taken back");
    const found = (await target().look([broken]))[0];
    expect(found?.digest).to.equal(broken.digest);
    expect(found?.state.restarts).to.be.greaterThan(0);
    expect((await deploy(v1))?.state).to.deep.include({ status: "running" });
  });

  it("refuses other bytes, what is no archive it knows, and what is nowhere, and unpacks nothing of it", async () => {
    const { parent, target, v1, v2, deploy, service } = world();
    await deploy(v1);
    const before = treeOf(parent);
    const other = { ...v2, digest: `sha256:${"0".repeat(64)}` };
    expect(await failure(deploy(other)))
      .to.contain("is not what was released")
      .and.contain(v2.digest);
    expect(await failure(deploy(artifacts.byUrl(other)))).to.contain("its bytes are not what was released");
    expect(
      await failure(deploy(artifacts.byUrl({ ...v2, from: join(artifacts.folder, "gone") }))),
    ).to.contain("can't be fetched");
    const gone = { ...v2, from: "gone.tar" };
    expect(await failure(deploy(gone))).to.contain("gone.tar is not there");
    expect(await target().obstacles([gone])).to.deep.equal([
      `${service}: the file gone.tar is not there: bring it back`,
    ]);
    const zip = artifacts.binary(service, "v3", "PK\u0003\u0004 and more");
    expect(await failure(deploy(zip))).to.contain("it is a zip archive");
    const left = (tree: string[]) => tree.filter((line) => !line.includes(".knowngood/"));
    expect(left(treeOf(parent))).to.deep.equal(left(before));
  });

  it("fetches here and sends where the host can't fetch", async () => {
    const blind = await machine.reach("env http_proxy=http://127.0.0.1:9");
    const said: string[] = [];
    const lone = world({ host: blind.host });
    const one = artifacts.byUrl(lone.v1);
    await lone.target().fetch([one], (line) => void said.push(line));
    expect(said.join("\n")).to.contain("it is fetched here and sent");
    expect((await lone.deploy(one))?.digest).to.equal(one.digest);
  });

  it("keeps the releases that ran last, and what is not its own", async () => {
    const { folder, target, v1, v2, release, deploy } = world();
    const few = target({ keep: 2 });
    const later = ["v3", "v4", "v5"].map((name) => release(name));
    for (const one of [v1, v2, ...later]) await deploy(one, few);
    expect(machine.run(`ls ${folder}/releases; cat ${folder}/.knowngood/previous`)).to.equal("v4\nv5\nv4\n");
    mkdirSync(join(folder, "releases", "by-hand"));
    await deploy(v1, few);
    await deploy(release("v6"), few);
    expect(machine.run(`ls ${folder}/releases`)).to.equal("by-hand\nv1\nv6\n");
  });

  it("does not meet another change of the same folder, and outlives one that died", async () => {
    const { folder, target, v1, v2, deploy } = world();
    await Promise.all([deploy(v1), target().fetch([v2], quiet), target().fetch([v1], quiet)]);
    expect(machine.run(`ls -A ${folder}/releases`)).to.equal("v1\nv2\n");
    machine.run(
      `exec 9>>${folder}/.knowngood/lock; flock 9; echo somebody > ${folder}/.knowngood/lock; setsid sleep 1000 9>&9 >/dev/null 2>&1 & echo $! > ${folder}/../holder`,
    );
    const said = await failure(target().switchTo([v2], quiet));
    expect(said).to.contain("another change of").and.contain("somebody").and.contain("Wait for it to end");
    machine.run(`kill -9 $(cat ${folder}/../holder)`);
    expect((await target().switchTo([v2], quiet))[0]?.digest).to.equal(v2.digest);
  });

  it("converges when it is run again, wherever it was killed", async () => {
    const shim = mkdtempSync(join(machine.folder, "shim-"));
    execFileSync("sh", ["-c", shimScript(shim, machine.programs)]);
    const left = join(shim, "left");
    const { folder, unit, target, v1, v2, deploy } = world();
    const quick = target({}, { activeFor: 0 });
    await deploy(v1, quick);
    const sound = process.env.PATH;
    for (let [step, from, to] = [1, v1, v2]; ; [step, from, to] = [step + 1, to, from]) {
      rmSync(join(folder, "releases", to.release), { recursive: true, force: true });
      writeFileSync(left, String(step));
      process.env.PATH = `${shim}:${sound}`;
      const died = await deploy(to, quick).then(
        () => false,
        () => true,
      );
      process.env.PATH = sound;
      if (!died) {
        expect(step).to.be.greaterThan(10);
        break;
      }
      const seen = (await quick.look([to]))[0];
      // What is told to run is what runs, or it is told that it isn't known.
      if (seen?.digest !== undefined) {
        const runs = machine.run(`readlink /proc/$(systemctl show -p MainPID --value ${unit})/cwd`);
        const release = seen.digest === to.digest ? to.release : from.release;
        expect(runs, `killed at step ${step}`).to.contain(`releases/${release}`);
      }
      expect((await deploy(to, quick))?.digest, `killed at step ${step}`).to.equal(to.digest);
      expect(readdirSync(join(folder, "releases")).sort()).to.deep.equal(["v1", "v2"]);
    }
  });

  it("says that the host is out of reach at each step, and changes nothing", async () => {
    const { parent, v1, v2, target, deploy, service } = world({ host: server.host });
    await deploy(v1);
    const before = treeOf(parent);
    const wire = await wireTo(server.port);
    const host = { ...server.host, address: `ssh://root@127.0.0.1:${wire.port}`, hostKeys: [server.hostKey] };
    const far = target({}, { host });
    expect((await far.look([v1]))[0]?.digest).to.equal(v1.digest);
    await wire.cut();
    for (const asked of [
      () => far.obstacles([v2]),
      () => far.present([v2]),
      () => far.fetch([v2], quiet),
      () => far.switchTo([v1], quiet),
      () => far.look([v1]),
      () => far.logs(service, 5),
      () => far.exec(service, ["true"], 10_000),
    ])
      expect(await failure(asked())).to.match(/^HostUnreachable/);
    for (const step of ["sends", "unpacks"]) {
      const next = await wireTo(server.port);
      const cutAt = target({}, { host: { ...host, address: `ssh://root@127.0.0.1:${next.port}` } });
      const cut = (line: string) => void (line.includes(step) && next.cut());
      expect(await failure(cutAt.fetch([v2], cut))).to.match(/^Host(Unreachable|Lost)/);
    }
    const left = (tree: string[]) => tree.filter((line) => !line.includes(".knowngood/"));
    expect(left(treeOf(parent))).to.deep.equal(left(before));
    expect((await deploy(v2))?.digest).to.equal(v2.digest);
  });

  it("sends nothing to a host with another key", async () => {
    const { parent, v1, target } = world();
    const before = treeOf(parent);
    const hostKeys = [`ssh-ed25519 ${"A".repeat(68)}`];
    const stranger = target({}, { host: { ...server.host, hostKeys } });
    for (const asked of [() => stranger.obstacles([v1]), () => stranger.fetch([v1], quiet)])
      expect(await failure(asked())).to.match(/^HostKeyMismatch/);
    expect(treeOf(parent)).to.deep.equal(before);
  });

  it("tells beforehand which rights are missing", async () => {
    const plain = await machine.reach("setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp");
    const { parent, folder, service, v1, target } = world({ host: plain.host });
    machine.run(`chmod 755 ${machine.folder} ${parent}`);
    const before = treeOf(parent);
    expect((await target().obstacles([v1]))[0]).to.equal(
      `${service}: ${folder} may not be written by nobody: sudo chown nobody ${folder}`,
    );
    expect((await target().obstacles([v1])).join("\n")).to.contain("systemd does not answer");
    expect(await failure(target().fetch([v1], quiet))).to.contain("may not be written by nobody");
    expect(treeOf(parent)).to.deep.equal(before);
    const nowhere = { services: { [service]: { folder: "/nowhere", units: [`${service}.service`] } } };
    expect((await target(nowhere).obstacles([v1]))[0]).to.contain("sudo install -d -o USER /nowhere");
  });

  it("takes the link back where systemd refuses the restart", async () => {
    const { folder, service, unit, v1, v2, target, deploy } = world();
    await deploy(v1);
    machine.writeUnit(
      unit,
      `[Unit]\nRefuseManualStart=yes\n[Service]\nExecStart=${folder}/current/bin/web\n`,
    );
    await target().fetch([v2], quiet);
    const said = await failure(target().switchTo([v2], quiet));
    expect(said).to.contain(`${service}: systemd would not restart ${unit}`).and.contain("What ran runs on");
    expect((await target().look([v2]))[0]).to.deep.include({ digest: v1.digest });
    expect(machine.run(`systemctl is-active ${unit}`)).to.equal("active\n");
  });

  it("says that the disk is full, and leaves nothing of what did not fit", async () => {
    const { service, folder, unit, v1, target, deploy } = world({ host: server.host });
    machine.run(`mount -t tmpfs -o size=300k tmpfs ${folder}`);
    await deploy(v1);
    const noise = Buffer.from(
      Array.from({ length: 400_000 }, (_, index) => (index * 7919 * (index >> 3)) % 251),
    );
    const large = artifacts.archive(service, "v2", {
      "bin/web": good("v2"),
      noise: noise.toString("latin1"),
    });
    expect((await target().obstacles([large]))[0]).to.match(
      /has \d+ KiB free, and the release needs some \d+ KiB/,
    );
    for (const one of [large, artifacts.byUrl(large)])
      expect(await failure(deploy(one))).to.match(
        /No space left on device|can't be written|can't be unpacked/,
      );
    expect(
      machine.run(`ls -A ${folder}/releases; systemctl is-active ${unit}; ls ${folder}/.knowngood`),
    ).to.equal("v1\nactive\nlock\nprevious\n");
    expect((await deploy(v1))?.digest).to.equal(v1.digest);
  });

  it("changes nothing else on the host, and looks without changing anything", async () => {
    const { parent, v1, v2, target, deploy, service } = world();
    writeFileSync(join(parent, "neighbour"), "untouched");
    await deploy(v1);
    const before = treeOf(parent);
    await target().obstacles([v2]);
    await target().present([v2]);
    await target().look([v2]);
    await target().logs(service, 5);
    expect(treeOf(parent)).to.deep.equal(before);
    await deploy(v2);
    await deploy(v1);
    const own = treeOf(parent).filter(
      (line) => !before.includes(line) && !/^web\/(releases\/v2|\.knowngood)\//.test(line),
    );
    expect(own).to.deep.equal([]);
  });

  it("is brought back by hand, by the lines that are printed, and that is seen", async () => {
    const { folder, v1, v2, target, deploy } = world();
    await deploy(v1);
    await deploy(v2);
    machine.run(target().byHand([v1]).join("\n"));
    const back = (await target().look([v1]))[0];
    expect([back?.digest, back?.state.status]).to.deep.equal([v1.digest, "running"]);
    machine.run(`rm -rf ${folder}/releases/v2`);
    // Not by machine.run: it would keep the artifact's server from answering.
    await promisify(execFile)("sh", [
      "-c",
      target()
        .byHand([artifacts.byUrl(v2)])
        .join("\n"),
    ]);
    expect((await target().look([v2]))[0]).to.deep.include({ digest: v2.digest });
  });
});

/** Programs that kill the script by which they are called, when `left` has been counted down to 0. */
function shimScript(folder: string, programs: string): string {
  const names = [
    "mkdir",
    "flock",
    "sha256sum",
    "tar",
    "mv",
    "rm",
    "ln",
    "sync",
    "touch",
    "find",
    "systemctl",
  ];
  return names
    .map(
      (name) => `cat > ${folder}/${name} <<'END'
#!/bin/sh
left=$(cat ${folder}/left)
case "$*" in *show*) left=0 ;; esac
if [ "$left" -gt 0 ]; then
  left=$((left - 1)); echo $left > ${folder}/left
  [ "$left" -eq 0 ] && kill -9 0
fi
exec ${name === "systemctl" ? programs : "/usr/bin"}/${name} "$@"
END
chmod 755 ${folder}/${name}`,
    )
    .join("\n");
}
