import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { readCatalog } from "../../catalog/catalog";
import { commandLine, type CommandLine, type Ended } from "./commandLine";

const sha256 = (bytes: string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

describe("knowngood release add, of artifacts and git revisions", function () {
  this.timeout(20_000);
  let shell: CommandLine;
  let server: http.Server;
  let address: string;
  before(async () => {
    server = http.createServer((request, answer) => {
      if (request.url === "/web.tar.gz") return void answer.end("web 1");
      if (request.url === "/moved.tar.gz")
        return void answer.writeHead(302, { location: "/web.tar.gz" }).end();
      answer.writeHead(request.url === "/broken.tar.gz" ? 503 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server?.close());
  beforeEach(() => (shell = commandLine()));
  afterEach(() => shell.remove());

  const add = (...words: string[]) =>
    shell.knowngood("release", "add", "v1", "--commit", "0123456789", ...words);
  const services = () => readCatalog(join(shell.path, "releases")).releases[0]?.services;
  async function expectRefused(ended: Promise<Ended>, code: number, ...fragments: string[]) {
    const found = await ended;
    for (const fragment of fragments) expect(found.stderr).to.contain(fragment);
    expect(found.code).to.equal(code);
    expect(shell.state().filter((name) => name.startsWith("releases"))).to.deep.equal([]);
  }

  it("records a file and what a URL leads to by their SHA-256, and shows them", async () => {
    writeFileSync(join(shell.path, "worker.tar.gz"), "worker 1");
    const ended = await add(
      ...[
        "--artifact",
        "worker=worker.tar.gz",
        "--artifact",
        `web=${address}/moved.tar.gz@${sha256("web 1")}`,
      ],
    );
    expect(ended.stderr).to.equal("");
    expect(ended.stdout).to.contain(`  worker: worker.tar.gz@${sha256("worker 1")}\n`);
    expect(services()).to.deep.equal({
      worker: { artifact: "worker.tar.gz", digest: sha256("worker 1") },
      web: { artifact: `${address}/moved.tar.gz`, digest: sha256("web 1") },
    });
    const shown = await shell.knowngood("release", "show", "v1");
    expect(shown.stdout).to.contain(`worker   worker.tar.gz@${sha256("worker 1")}`);
  });

  it("takes the same bytes from another place for the same artifact, and others for none", async () => {
    expect((await add("--artifact", `web=${address}/web.tar.gz`)).code).to.equal(0);
    expect((await add("--artifact", `web=${address}/moved.tar.gz`)).stdout).to.contain("nothing changed");
    writeFileSync(join(shell.path, "web"), "web 2");
    const other = await add("--artifact", "web=./web");
    expect(other.code).to.equal(2);
    expect(other.stderr).to.contain(
      `--artifact web\n    found ${sha256("web 2")}, while release v1 has ${sha256("web 1")}`,
    );
    const image = await add("--revision", `web=${address}/web.git@${"a".repeat(40)}`);
    expect(image.stderr).to.contain(
      `the revision ${address}/web.git, while release v1 has the artifact ${address}/web.tar.gz`,
    );
  });

  it("records a commit, and of a git tag the commit behind it", async () => {
    const git = (...words: string[]) =>
      execFileSync("git", ["-C", shell.path, "-c", "user.name=a", "-c", "user.email=a@b", ...words], {
        encoding: "utf8",
      }).trim();
    git("init", "--quiet", "shop");
    writeFileSync(join(shell.path, "shop", "index.php"), "1");
    git("-C", "shop", "add", ".");
    git("-C", "shop", "commit", "--quiet", "--message", "one");
    git("-C", "shop", "tag", "--annotate", "v1", "--message", "one");
    const commit = git("-C", "shop", "rev-parse", "HEAD");
    const whole = `git@127.0.0.1:acme/admin.git@${"b".repeat(40)}`;
    const ended = await add("--revision", "shop=./shop@v1", "--revision", `admin=${whole}`);
    expect(ended.stderr).to.equal("");
    expect(services()).to.deep.equal({
      shop: { source: "./shop", digest: `git:${commit}` },
      admin: { source: "git@127.0.0.1:acme/admin.git", digest: `git:${"b".repeat(40)}` },
    });
  });

  it("refuses what is not there, what has other bytes, and what can't be recorded", async () => {
    await expectRefused(
      add("--artifact", "web=gone.tar"),
      2,
      "--artifact web\n    found gone.tar is not there",
    );
    await expectRefused(add("--artifact", `web=${address}/gone`), 2, `${address}/gone is not there`);
    await expectRefused(
      add("--artifact", `web=${address}/web.tar.gz@${sha256("other")}`),
      ...([2, `${address}/web.tar.gz has ${sha256("web 1")}`] as const),
    );
    await expectRefused(add("--artifact", "gone.tar"), 2, "write SERVICE=FILE_OR_URL");
    await expectRefused(
      add("--artifact", `web=${address}/web.tar.gz`, "--revision", `web=./x@${"a".repeat(40)}`),
      ...([
        2,
        "--revision web\n    found a second build of web, which --artifact names too; name each service once",
      ] as const),
    );
    await expectRefused(add("--revision", "web=./none@v1"), 4, "--revision web: git can't ask ./none");
  });

  it("says when a server does not tell, and takes a digest that was given", async () => {
    const broken = `web=${address}/broken.tar.gz`;
    await expectRefused(add("--artifact", broken), 4, "its server answers 503", "nothing was written");
    const ended = await add("--artifact", `${broken}@${sha256("x")}`);
    expect(ended.code).to.equal(0);
    expect(ended.stderr).to.contain("warning: --artifact web: not confirmed:");
    expect(services()).to.deep.equal({ web: { artifact: `${address}/broken.tar.gz`, digest: sha256("x") } });
  });

  it("does not print a password that it refuses", async () => {
    for (const words of [
      ["--artifact", "web=https://me:hunter2@example.com/web.tar"],
      ["--revision", "web=https://me:hunter2@example.com/web.git@v1"],
    ]) {
      const { code, stderr } = await add(...words);
      expect(code).to.equal(2);
      expect(stderr).to.contain("without").and.not.contain("hunter2");
    }
  });
});
