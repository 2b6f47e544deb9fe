import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshServer, type SshServer } from "../hosts/sshServer";
import { bootSystemd, canBoot, type BootedSystemd } from "../targets/bootedSystemd";
import { gitReleases, makeArtifacts, type Artifacts } from "../targets/releaseWorld";
import { Workspace } from "./workspace";

/** Settings of the connection to a server, whose key is a secret setting. */
const reached = ({ address, hostKey }: SshServer) => ({
  ...{ host: address, hostKeys: [hostKey], key: "hostKey" },
});

describe("a stack on a host, by SSH", function () {
  this.timeout(600_000);

  describe("whose services systemd runs", () => {
    let machine: BootedSystemd;
    let workspace: Workspace;
    let artifacts: Artifacts;
    let server: SshServer;
    let folder: string;
    before(async function () {
      if (!canBoot) this.skip();
      machine = await bootSystemd();
      server = await machine.reach();
      artifacts = await makeArtifacts();
      folder = join(machine.folder, "web");
      mkdirSync(folder);
      machine.writeUnit(
        "web.service",
        `[Service]\nExecStart=${folder}/current/bin/web\nRestart=on-failure\n`,
      );
      workspace = new Workspace();
      await workspace.stack("prod", {
        target: "systemd",
        systemd: { ...reached(server), activeFor: 1, services: { web: { folder, units: ["web.service"] } } },
        services: { web: { kind: "worker" } },
      });
      await workspace.secret("prod", "hostKey", server.key);
      for (const [tag, program] of Object.entries({
        v1: "echo v1 listens; exec sleep 100000",
        v2: "echo 'no such table: orders'; exit 3",
        v3: "echo v3 listens; exec sleep 100000",
      })) {
        const { digest, from } = artifacts.archive("web", tag, { "bin/web": `#!/bin/sh\n${program}\n` });
        workspace.release(tag, { services: { web: { artifact: from, digest } } });
      }
    });
    after(async () => {
      artifacts?.stop();
      await workspace?.dispose();
      await machine?.stop();
    });

    const current = () => readlinkSync(join(folder, "current"));
    const to = async (tag: string) => {
      await workspace.target("prod", tag);
      return workspace.up("prod");
    };

    it("goes forward, shows the journal of a bad release, goes back, and keeps the key to itself", async () => {
      const first = await to("v1");
      expect(first.exitCode, first.text).to.equal(0);
      expect(current()).to.equal("releases/v1");
      const same = await workspace.up("prod");
      expect(same.text).to.match(/\d+ unchanged/);
      const bad = await to("v2");
      expect(bad.exitCode, bad.text).not.to.equal(0);
      expect(bad.text).to.contain("no such table: orders").and.contain("imageTag v1");
      const back = await to("v1");
      expect(back.exitCode, back.text).to.equal(0);
      expect(machine.run(`readlink ${folder}/current; systemctl is-active web`)).to.equal(
        "releases/v1\nactive\n",
      );
      const next = await to("v3");
      expect(next.exitCode, next.text).to.equal(0);
      expect(current()).to.equal("releases/v3");
      const { knownGood } = await workspace.outputs("prod");
      expect((knownGood as { tag: string }[]).map(({ tag }) => tag)).to.deep.equal(["v3", "v1"]);
      const secret = server.key.split("\n")[1] ?? "";
      expect(JSON.stringify(await workspace.state("prod"))).not.to.contain(secret);
      expect([first, bad, back].map(({ text }) => text).join()).not.to.contain(secret);
    });
  });

  describe("whose services a link leads to", () => {
    let workspace: Workspace;
    let server: SshServer;
    let home: string;
    let folder: string;
    before(async () => {
      home = mkdtempSync(join(tmpdir(), "kg-link-"));
      folder = join(home, "shop");
      mkdirSync(folder);
      server = await startSshServer();
      workspace = new Workspace();
      await workspace.stack("prod", {
        target: "symlink",
        symlink: {
          ...reached(server),
          services: {
            shop: {
              folder,
              sharedFiles: [".env"],
              build: ["echo built >> ../../built"],
              afterSwitch: ["cp index.php ../../served"],
            },
          },
        },
        services: {
          shop: {
            health: {
              exec: ["grep", "-q", "v[13]", "index.php"],
              within: 40,
              every: 1,
              successes: 1,
              timeout: 15,
            },
          },
        },
      });
      await workspace.secret("prod", "hostKey", server.key);
      for (const { release, digest, from } of gitReleases(home, "shop", ["v1", "v2", "v3"]))
        workspace.release(release, { services: { shop: { source: from, digest } } });
    });
    after(async () => {
      await workspace?.dispose();
      await server?.stop();
      rmSync(home, { recursive: true, force: true });
    });

    const to = async (tag: string) => {
      await workspace.target("prod", tag);
      return workspace.up("prod");
    };

    it("goes forward, fails where the gate says no, and goes back without building", async () => {
      const first = await to("v1");
      expect(first.exitCode, first.text).to.equal(0);
      const bad = await to("v2");
      expect(bad.exitCode, bad.text).not.to.equal(0);
      expect(bad.text).to.contain("imageTag v1");
      const built = readFileSync(join(folder, "built"), "utf8");
      const back = await to("v1");
      expect(back.exitCode, back.text).to.equal(0);
      expect(readlinkSync(join(folder, "current"))).to.equal("releases/1");
      expect(readFileSync(join(folder, "served"), "utf8")).to.contain("v1");
      expect(readFileSync(join(folder, "built"), "utf8")).to.equal(built);
      // Switched by hand meanwhile: it is seen, and put right.
      rmSync(join(folder, "current"));
      writeFileSync(join(folder, "served"), "nothing");
      const again = await workspace.up("prod");
      expect(again.exitCode, again.text).to.equal(0);
      expect(readFileSync(join(folder, "served"), "utf8")).to.contain("v1");
    });
  });
});
