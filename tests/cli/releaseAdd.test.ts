import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRelease, readCatalog } from "../../catalog/catalog";
import { first, second, third } from "../catalog/catalogFolder";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { commandLine, type CommandLine, type Ended } from "./commandLine";

describe("knowngood release add", function () {
  this.timeout(20_000);
  let registry: LocalRegistry;
  let shell: CommandLine;
  before(async () => (registry = await startLocalRegistry()));
  after(() => registry?.stop());
  beforeEach(() => {
    shell = commandLine();
    shell.writeMigrations(first);
  });
  afterEach(() => shell.remove());

  const image = (name: string, tag: string) => `${name}=${registry.address}/shop/${name}:${tag}`;
  const catalog = () => readCatalog(join(shell.path, "releases"));
  async function expectRefused(ended: Promise<Ended>, before: string[], ...fragments: string[]) {
    const { code, stdout, stderr } = await ended;
    for (const fragment of fragments) expect(stderr).to.contain(fragment);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(shell.state()).to.deep.equal(before);
  }

  it("writes the release by digest, with its SQL", async () => {
    const api = await registry.push("shop/api", "v1", "api 1");
    const web = await registry.push("shop/web", "v1", "web 1");
    const ended = await shell.knowngood(
      ...[
        "release",
        "add",
        "v1",
        "--image",
        image("api", "v1"),
        "--image",
        `${registry.address}/shop/web:v1`,
      ],
      ...["--migrations", "db", "--commit", "0123456789abcdef", "--flag", "a", "b", "--ci-verdict", "passed"],
      ...["--ci-url", "https://ci.example.com/1", "--data-readable-from", "v1"],
    );
    expect(ended).to.deep.equal({
      code: 0,
      stdout: [
        "added v1: releases/v1.yaml",
        `  api: ${registry.address}/shop/api@${api}`,
        `  web: ${registry.address}/shop/web@${web}`,
        "  migrations: 1, new: 20260101000000_email",
        'Commit it: git add releases && git commit -m "Release v1"',
        "",
      ].join("\n"),
      stderr: "",
    });
    const [release, ...more] = catalog().releases;
    expect(more).to.deep.equal([]);
    expect(Math.abs(Date.parse(release?.time ?? "") - Date.now())).to.be.below(20_000);
    expect({ ...release, time: "" }).to.deep.equal({
      tag: "v1",
      commit: "0123456789abcdef",
      time: "",
      order: 1,
      services: {
        api: { repository: `${registry.address}/shop/api`, digest: api },
        web: { repository: `${registry.address}/shop/web`, digest: web },
      },
      migrations: [first.migration],
      flags: ["a", "b"],
      ci: { verdict: "passed", url: "https://ci.example.com/1" },
      dataReadableFrom: "v1",
    });
    expect(
      readFileSync(join(shell.path, "releases", "migrations", `${first.migration.sha256}.sql`), "utf8"),
    ).to.equal(first.sql);
  });

  it("the same thing twice changes nothing and says so", async () => {
    await registry.push("shop/api", "v1", "api 1");
    const args = ["release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db"];
    expect((await shell.knowngood(...args)).code).to.equal(0);
    const before = shell.state();
    const again = await shell.knowngood(...args);
    expect(again).to.deep.equal({
      code: 0,
      stdout: "v1 is in releases already, with the same content; nothing changed\n",
      stderr: "",
    });
    const { stdout, code } = await shell.knowngood(...args, "--json");
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ outcome: "unchanged", files: [], warnings: [] });
    expect(shell.state()).to.deep.equal(before);
  });

  it("tells a tag that moved, with both digests", async () => {
    const old = await registry.push("shop/api", "v1", "api 1");
    expect((await shell.knowngood("release", "add", "v1", "--image", image("api", "v1"))).code).to.equal(0);
    const moved = await registry.push("shop/api", "v1", "api 1, built again");
    const before = shell.state();
    await expectRefused(
      shell.knowngood("release", "add", "v1", "--image", image("api", "v1")),
      before,
      "a moved tag",
      old,
      moved,
    );
    await expectRefused(
      shell.knowngood("release", "add", "v2", "--image", image("api", "v1")),
      before,
      "a moved tag",
      old,
      moved,
    );
    await expectRefused(
      shell.knowngood("release", "add", "v1", "--image", `api=${registry.address}/shop/api@${moved}`),
      before,
      `${moved}, while release v1 has ${old}; a release is immutable`,
    );
    const pinned = await shell.knowngood(
      "release",
      "add",
      "v1",
      "--image",
      `api=${registry.address}/shop/api@${old}`,
    );
    expect(pinned).to.deep.include({ code: 0, stderr: "" });
    expect(shell.state()).to.deep.equal(before);
  });

  it("warns of a migration that sorts before a released one, and adds it", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    shell.writeMigrations(third);
    await shell.knowngood("release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db");
    shell.writeMigrations(second);
    const { code, stderr, stdout } = await shell.knowngood(
      "release",
      "add",
      "v2",
      "--image",
      image("api", "v2"),
      "--migrations",
      "db",
    );
    expect(stderr).to.equal(
      "warning: migration 20260201000000_phone is new but sorts before 20260301000000_address, which release v1 shipped already\n",
    );
    expect(stdout).to.contain("migrations: 3, new: 20260201000000_phone");
    expect(code).to.equal(0);
    expect(catalog().releases.map(({ tag, order }) => [tag, order])).to.deep.equal([
      ["v1", 1],
      ["v2", 2],
    ]);
  });

  it("--same-as leaves a service out of the change; without it, warns", async () => {
    await registry.push("shop/api", "v1", "api 1");
    const web = await registry.push("shop/web", "v1", "web 1");
    const api = await registry.push("shop/api", "v2", "api 2");
    await shell.knowngood(
      "release",
      "add",
      "v1",
      "--image",
      image("api", "v1"),
      "--image",
      image("web", "v1"),
      "--migrations",
      "db",
    );
    const same = await shell.knowngood(
      "release",
      "add",
      "v2",
      "--same-as",
      "v1",
      "--image",
      image("api", "v2"),
    );
    expect(same).to.deep.include({ code: 0, stderr: "" });
    const v2 = findRelease(catalog(), "v2");
    expect(v2?.services.web?.digest).to.equal(web);
    expect(v2?.services.api?.digest).to.equal(api);
    expect(v2?.migrations).to.deep.equal([first.migration]);
    const lacking = await shell.knowngood(
      "release",
      "add",
      "v3",
      "--image",
      image("api", "v2"),
      "--migrations",
      "db",
    );
    expect(lacking.code).to.equal(0);
    expect(lacking.stderr).to.contain(
      "v3 has no web, which the previous release v2 has; to keep those images: --same-as v2",
    );
  });

  it("takes HEAD of the application's git repository as the commit, and not the catalog's", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await shell.knowngood("release", "add", "v0", "--image", image("api", "v1"));
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    await shell.run("git", ["init", "-q"]);
    await shell.run("git", [...who, "commit", "-q", "--allow-empty", "-m", "x"]);
    const head = (await shell.run("git", ["rev-parse", "HEAD"])).stdout.trim();
    expect(head).to.match(/^[0-9a-f]{40}$/);
    const without = await shell.knowngood("release", "add", "v1", "--image", image("api", "v1"));
    expect(without.code).to.equal(0);
    expect(without.stderr).to.contain(
      "no commit is recorded: the HEAD of this folder is that of the catalog's repository; name the application's: --commit SHA",
    );
    expect(catalog().releases.map(({ commit }) => commit)).to.deep.equal([undefined, undefined]);
    // The migrations are the application's, which has a repository of its own.
    await shell.run("git", ["init", "-q", "db"]);
    await shell.run("git", ["-C", "db", ...who, "commit", "-q", "--allow-empty", "-m", "y"]);
    const own = (await shell.run("git", ["-C", "db", "rev-parse", "HEAD"])).stdout.trim();
    expect(own)
      .to.match(/^[0-9a-f]{40}$/)
      .and.not.to.equal(head);
    const added = await shell.knowngood(
      ...["release", "add", "v2", "--image", image("api", "v1"), "--migrations", "db"],
    );
    expect(added.stdout).to.contain(`\n  commit: ${own}, the HEAD of db (another: --commit SHA)\n`);
    expect(catalog().releases.at(-1)?.commit).to.equal(own);
    // A catalog in a repository of its own, or one that is still to be made there.
    const elsewhere = mkdtempSync(join(tmpdir(), "knowngood-catalog-"));
    try {
      const releases = join(elsewhere, "releases");
      const apart = await shell.knowngood(
        ...["release", "add", "v1", "--image", image("api", "v1"), "--releases", releases],
      );
      expect(apart.stdout).to.contain(
        `\n  commit: ${head}, the HEAD of this folder (another: --commit SHA)\n`,
      );
      expect(apart.stderr).not.to.contain("no commit is recorded");
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
