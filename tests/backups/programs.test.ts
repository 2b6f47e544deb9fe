import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownBackup } from "../../backups/ownBackup";
import { findPostgresPrograms } from "../../backups/postgresPrograms";
import type { OwnBackupCommand } from "../../backups/request";
import { runProgram } from "../../backups/runProgram";
import { fakeDocker } from "../gates/fakeDocker";

describe("programs that make a backup", () => {
  it("keep of what the user's own prints what fits a terminal, and hand it nothing of Pulumi's", async () => {
    const own = (script: string): OwnBackupCommand => ({
      words: ["sh", "-c", script],
      within: 60,
      secrets: { TOKEN: "t0ken-value" },
    });
    const task = { name: "shop-prod", stack: "shop/prod", head: null, url: "postgres://shop@127.0.0.1/shop" };
    const place =
      "echo first; printf '\\033[31mat \\033[0mt0ken\\033[1m-value, %s\\n' \"${PULUMI_ACCESS_TOKEN-none}\"";
    process.env.PULUMI_ACCESS_TOKEN = "pul-value";
    try {
      expect(await ownBackup(own(place), task)).to.equal("at [secret], none");
    } finally {
      delete process.env.PULUMI_ACCESS_TOKEN;
    }
    const long = await ownBackup(own("seq 1 20000; exit 3"), task).catch((error: Error) => error.message);
    expect(long.split("\n").slice(-50)).to.deep.equal(
      Array.from({ length: 50 }, (_, line) => `${19951 + line}`),
    );
    expect(long.split("\n")).to.have.length(51);
  });

  it("get in a container what Docker needs, and no secret", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-docker-"));
    const docker = fakeDocker(folder);
    const seen = join(folder, "environment");
    docker.script("run", `env > '${seen}'; echo 'pg_dump (PostgreSQL) 7.0'`);
    const given = {
      PATH: `${docker.bin}:${process.env.PATH}`,
      PULUMI_CONFIG: "{}",
      SSH_AUTH_SOCK: "/run/agent",
      DOCKER_TLS_VERIFY: "1",
    };
    const before = Object.keys(given).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, given);
    try {
      const where = { image: "postgres:7", dockerHost: "ssh://there" };
      const programs = await findPostgresPrograms(7, "postgres://db/shop", where);
      const told = () => readFileSync(seen, "utf8").split("\n");
      const needed = ["SSH_AUTH_SOCK=/run/agent", "DOCKER_TLS_VERIFY=1", "DOCKER_HOST=ssh://there"];
      expect(told()).to.include.members(needed).and.not.include("PULUMI_CONFIG={}");
      await runProgram(programs, "dump", [], "The backup failed");
      expect(told()).to.include.members([...needed, "PGAPPNAME=knowngood-backup"]);
      expect(told()).not.to.include("PULUMI_CONFIG={}");
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(folder, { recursive: true });
    }
  });
});
