import { expect } from "chai";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { readCatalog } from "../../catalog/catalog";
import { digest, first, second } from "../catalog/catalogFolder";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { commandLine, type CommandLine, type Ended } from "./commandLine";

describe("knowngood release add, where it can't be done", function () {
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

  it("refuses a released migration whose SQL changed", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    await shell.knowngood("release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db");
    shell.write("db/20260101000000_email.sql", second.sql);
    await expectRefused(
      shell.knowngood("release", "add", "v2", "--image", image("api", "v2"), "--migrations", "db"),
      shell.state(),
      "db/20260101000000_email.sql",
      "SQL changed after release v1 shipped it",
      `bring the released SQL back (it is releases/migrations/${first.migration.sha256}.sql)`,
    );
  });

  it("refuses, all at once, what is wrong or missing", async () => {
    await expectRefused(
      shell.knowngood(
        "release",
        "add",
        "v1",
        "--image",
        "api=API",
        "--image",
        "web",
        "--migrations",
        "nowhere",
        "--ci-url",
        "https://x",
      ),
      [],
      "Release v1 can't be added; nothing was written (4 problems)",
      'found "api=API"; write SERVICE=REPOSITORY:TAG',
      'found "web", with neither tag nor digest; name the build: web:TAG',
      "nowhere\n    found no such folder",
      "--ci-url\n    found no verdict with it",
    );
    await expectRefused(
      shell.knowngood(
        "release",
        "add",
        "v1",
        "--image",
        image("api", "v99"),
        "--image",
        image("nowhere", "v1"),
      ),
      [],
      `${registry.address} has no image ${registry.address}/shop/api:v99; push it first`,
      `${registry.address} has no image ${registry.address}/shop/nowhere:v1; push it first`,
    );
    await expectRefused(
      shell.knowngood(
        "release",
        "add",
        "v1",
        "--image",
        `api=${registry.address}/shop/api@${digest("nothing")}`,
      ),
      [],
      `has no image ${registry.address}/shop/api@${digest("nothing")}; push it first`,
    );
    await expectRefused(
      shell.knowngood("release", "add", "v1", "--image", "a=x:1", "--image", "a=y:1"),
      [],
      "a second image; name each service once",
    );
  });

  it("says that a registry is out of reach, and takes a digest unconfirmed", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const broken = await shell.knowngood(
      "release",
      "add",
      "v1",
      "--image",
      `api=localhost:${port}/shop/api:v1`,
    );
    expect(broken.code).to.equal(4);
    expect(broken.stderr)
      .to.contain(`--image api: http://localhost:${port} can't be reached`)
      .and.to.contain("nothing was written");
    expect(shell.state()).to.deep.equal([]);
    const pinned = await shell.knowngood(
      "release",
      "add",
      "v1",
      "--image",
      `api=localhost:${port}/shop/api@${digest("x")}`,
    );
    expect(pinned.code).to.equal(0);
    expect(pinned.stderr).to.contain("warning: --image api: not confirmed by its registry:");
    expect(catalog().releases).to.have.length(1);
  });

  it("that can't write the release says what was written, and works when repeated", async () => {
    await registry.push("shop/api", "v1", "api 1");
    shell.writeMigrations(second);
    const blocking = `releases/migrations/${second.migration.sha256}.sql`;
    shell.write(`${blocking}/x`, "");
    const args = ["release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db"];
    const { code, stderr } = await shell.knowngood(...args);
    expect(stderr).to.contain(`  written: releases/migrations/${first.migration.sha256}.sql (harmless`);
    expect(stderr).to.contain(`  not written: ${blocking}, releases/v1.yaml\n`);
    expect(code).to.equal(1);
    await shell.run("rm", ["-r", blocking]);
    expect((await shell.knowngood(...args)).code).to.equal(0);
    expect(catalog().releases[0]?.migrations).to.have.length(2);
  });
});
