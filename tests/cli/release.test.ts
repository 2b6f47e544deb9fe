import { expect } from "chai";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { findRelease, readCatalog } from "../../catalog/catalog";
import { digest, first, second, testFolder, third, type TestFolder } from "../catalog/catalogFolder";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

describe("knowngood release", function () {
  this.timeout(20_000);
  let registry: LocalRegistry;
  let folder: TestFolder;
  before(async () => (registry = await startLocalRegistry()));
  after(() => registry?.stop());
  beforeEach(() => {
    folder = testFolder();
    writeMigrations(first);
  });
  afterEach(() => folder.remove());

  function writeMigrations(...samples: (typeof first)[]) {
    for (const { migration, sql } of samples)
      folder.write(`db/${migration.version}_${migration.name}.sql`, sql);
  }

  async function knowngood(...args: string[]): Promise<Ended> {
    return run(process.execPath, [command, ...args]);
  }

  async function run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const env = {
      ...process.env,
      DOCKER_CONFIG: folder.path,
      GIT_CEILING_DIRECTORIES: folder.path,
      ...environment,
    };
    return new Promise((resolve) => {
      execFile(program, args, { cwd: folder.path, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  const image = (name: string, tag: string) => `${name}=${registry.address}/shop/${name}:${tag}`;
  const catalog = () => readCatalog(join(folder.path, "releases"));
  /** Name, size and time of every file of the catalog: what "nothing changed" means. */
  const state = () =>
    existsSync(join(folder.path, "releases"))
      ? readdirSync(join(folder.path, "releases"), { recursive: true, encoding: "utf8" })
          .sort()
          .map((file) => `${file} ${statSync(join(folder.path, "releases", file)).mtimeMs}`)
      : [];

  async function expectRefused(ended: Promise<Ended>, before: string[], ...fragments: string[]) {
    const { code, stdout, stderr } = await ended;
    for (const fragment of fragments) expect(stderr).to.contain(fragment);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
    expect(state()).to.deep.equal(before);
  }

  it("add writes the release by digest, with its SQL", async () => {
    const api = await registry.push("shop/api", "v1", "api 1");
    const web = await registry.push("shop/web", "v1", "web 1");
    const ended = await knowngood(
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
      readFileSync(join(folder.path, "releases", "migrations", `${first.migration.sha256}.sql`), "utf8"),
    ).to.equal(first.sql);
  });

  it("add the same thing twice changes nothing and says so", async () => {
    await registry.push("shop/api", "v1", "api 1");
    const args = ["release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db"];
    expect((await knowngood(...args)).code).to.equal(0);
    const before = state();
    const again = await knowngood(...args);
    expect(again).to.deep.equal({
      code: 0,
      stdout: "v1 is in releases already, with the same content; nothing changed\n",
      stderr: "",
    });
    const { stdout, code } = await knowngood(...args, "--json");
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.include({ outcome: "unchanged", files: [], warnings: [] });
    expect(state()).to.deep.equal(before);
  });

  it("add tells a tag that moved, with both digests", async () => {
    const old = await registry.push("shop/api", "v1", "api 1");
    expect((await knowngood("release", "add", "v1", "--image", image("api", "v1"))).code).to.equal(0);
    const moved = await registry.push("shop/api", "v1", "api 1, built again");
    const before = state();
    await expectRefused(
      knowngood("release", "add", "v1", "--image", image("api", "v1")),
      before,
      "a moved tag",
      old,
      moved,
    );
    await expectRefused(
      knowngood("release", "add", "v2", "--image", image("api", "v1")),
      before,
      "a moved tag",
      old,
      moved,
    );
    await expectRefused(
      knowngood("release", "add", "v1", "--image", `api=${registry.address}/shop/api@${moved}`),
      before,
      `${moved}, while release v1 has ${old}; a release is immutable`,
    );
    const pinned = await knowngood(
      "release",
      "add",
      "v1",
      "--image",
      `api=${registry.address}/shop/api@${old}`,
    );
    expect(pinned).to.deep.include({ code: 0, stderr: "" });
    expect(state()).to.deep.equal(before);
  });

  it("add refuses a released migration whose SQL changed", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    await knowngood("release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db");
    folder.write("db/20260101000000_email.sql", second.sql);
    await expectRefused(
      knowngood("release", "add", "v2", "--image", image("api", "v2"), "--migrations", "db"),
      state(),
      "db/20260101000000_email.sql",
      "SQL changed after release v1 shipped it",
      `bring the released SQL back (it is releases/migrations/${first.migration.sha256}.sql)`,
    );
  });

  it("add warns of a migration that sorts before a released one, and adds it", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    writeMigrations(third);
    await knowngood("release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db");
    writeMigrations(second);
    const { code, stderr, stdout } = await knowngood(
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

  it("add --same-as leaves a service out of the change; without it, warns", async () => {
    await registry.push("shop/api", "v1", "api 1");
    const web = await registry.push("shop/web", "v1", "web 1");
    const api = await registry.push("shop/api", "v2", "api 2");
    await knowngood(
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
    const same = await knowngood("release", "add", "v2", "--same-as", "v1", "--image", image("api", "v2"));
    expect(same).to.deep.include({ code: 0, stderr: "" });
    const v2 = findRelease(catalog(), "v2");
    expect(v2?.services.web?.digest).to.equal(web);
    expect(v2?.services.api?.digest).to.equal(api);
    expect(v2?.migrations).to.deep.equal([first.migration]);
    const lacking = await knowngood(
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

  it("add takes HEAD of the git repository as the commit", async () => {
    await registry.push("shop/api", "v1", "api 1");
    await knowngood("release", "add", "v0", "--image", image("api", "v1"));
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    await run("git", ["init", "-q"]);
    await run("git", [...who, "commit", "-q", "--allow-empty", "-m", "x"]);
    const head = (await run("git", ["rev-parse", "HEAD"])).stdout.trim();
    expect(head).to.match(/^[0-9a-f]{40}$/);
    expect((await knowngood("release", "add", "v1", "--image", image("api", "v1"))).code).to.equal(0);
    expect(catalog().releases.map(({ commit }) => commit)).to.deep.equal([undefined, head]);
  });

  it("add refuses, all at once, what is wrong or missing", async () => {
    await expectRefused(
      knowngood(
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
      knowngood("release", "add", "v1", "--image", image("api", "v99"), "--image", image("nowhere", "v1")),
      [],
      `${registry.address} has no image ${registry.address}/shop/api:v99; push it first`,
      `${registry.address} has no image ${registry.address}/shop/nowhere:v1; push it first`,
    );
    await expectRefused(
      knowngood("release", "add", "v1", "--image", `api=${registry.address}/shop/api@${digest("nothing")}`),
      [],
      `has no image ${registry.address}/shop/api@${digest("nothing")}; push it first`,
    );
    await expectRefused(
      knowngood("release", "add", "v1", "--image", "a=x:1", "--image", "a=y:1"),
      [],
      "a second image; name each service once",
    );
  });

  it("add says that a registry is out of reach, and takes a digest unconfirmed", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const broken = await knowngood("release", "add", "v1", "--image", `api=localhost:${port}/shop/api:v1`);
    expect(broken.code).to.equal(4);
    expect(broken.stderr)
      .to.contain(`--image api: http://localhost:${port} can't be reached`)
      .and.to.contain("nothing was written");
    expect(state()).to.deep.equal([]);
    const pinned = await knowngood(
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

  it("add that can't write the release says what was written, and works when repeated", async () => {
    await registry.push("shop/api", "v1", "api 1");
    writeMigrations(second);
    const blocking = `releases/migrations/${second.migration.sha256}.sql`;
    folder.write(`${blocking}/x`, "");
    const args = ["release", "add", "v1", "--image", image("api", "v1"), "--migrations", "db"];
    const { code, stderr } = await knowngood(...args);
    expect(stderr).to.contain(`  written: releases/migrations/${first.migration.sha256}.sql (harmless`);
    expect(stderr).to.contain(`  not written: ${blocking}, releases/v1.yaml\n`);
    expect(code).to.equal(1);
    await run("rm", ["-r", blocking]);
    expect((await knowngood(...args)).code).to.equal(0);
    expect(catalog().releases[0]?.migrations).to.have.length(2);
  });

  it("list and show tell what the catalog holds", async () => {
    const api = await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    await knowngood(
      "release",
      "add",
      "v1",
      "--image",
      image("api", "v1"),
      "--commit",
      "0123456789abcdef",
      "--releases",
      "other",
    );
    const all = ["--releases", "other"];
    await knowngood("release", "add", "v2", "--image", image("api", "v2"), "--migrations", "db", ...all);
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
    const list = await knowngood("release", "list", ...all);
    expect(list.code).to.equal(0);
    expect(
      list.stdout
        .replace(time, "(time)")
        .split("\n")
        .map((line) => line.split(/ {2,}/)),
    ).to.deep.equal([
      ["TAG", "ORDER", "TIME", "COMMIT", "SERVICES", "MIGRATIONS", "NEW"],
      ["v1", "1", "(time)", "0123456789", `1: api ${api.slice(7, 19)}`, "0", "-"],
      ["v2", "2", "(time)", "-", list.stdout.match(/1: api [0-9a-f]{12}/g)?.[1], "1", "20260101000000_email"],
      [""],
    ]);
    expect(list.stdout).not.to.contain("\u001b");
    const json = JSON.parse((await knowngood("release", "list", "--json", ...all)).stdout) as unknown;
    expect(json).to.deep.equal([
      { ...catalog2().releases[0], newMigrations: [] },
      { ...catalog2().releases[1], newMigrations: [first.migration] },
    ]);
    const show = await knowngood("release", "show", "v1", ...all);
    expect(show.stdout).to.contain(`${registry.address}/shop/api@${api}`).and.to.contain("0123456789abcdef");
    const shown = JSON.parse((await knowngood("release", "show", "v2", "--json", ...all)).stdout) as unknown;
    expect(shown).to.deep.equal({ ...catalog2().releases[1], newMigrations: [first.migration] });
    const unknown = await knowngood("release", "show", "v3", ...all);
    expect(unknown).to.deep.include({ code: 2, stdout: "" });
    expect(unknown.stderr).to.contain("name a release of the catalog, such as v2, v1");
  });
  const catalog2 = () => readCatalog(join(folder.path, "other"));

  it("tells a wrong command line with code 2, help with code 0 and examples", async () => {
    const wrong: [args: string[], fragment: string][] = [
      [["release", "add"], "missing required argument 'tag'"],
      [["release", "add", "v1", "--imgae", "x"], "(Did you mean --image?)"],
      [["release", "add", "v1", "--ci-verdict", "green"], "Allowed choices are passed, failed, unknown."],
      [["release", "add", "v1", "v2"], "too many arguments"],
      [["release", "show"], "missing required argument 'tag'"],
      [["release", "lst"], "unknown command 'lst'"],
      [["relaese"], "unknown command 'relaese'"],
      [["release"], "Usage: knowngood release"],
      [[], "Usage: knowngood"],
      [["release", "list"], "found no such folder"],
    ];
    const ended = await Promise.all(wrong.map(([args]) => knowngood(...args)));
    for (const [index, [, fragment]] of wrong.entries()) {
      expect(ended[index]?.stderr).to.contain(fragment);
      expect(ended[index]).to.deep.include({ code: 2, stdout: "" });
    }
    const commands = ["add", "list", "show"];
    const helps = await Promise.all(commands.map((name) => knowngood("release", name, "--help")));
    for (const [index, name] of commands.entries()) {
      const help = helps[index];
      expect(help).to.deep.include({ code: 0, stderr: "" });
      expect(help?.stdout).to.contain(`Examples:\n  $ knowngood release ${name}`);
    }
    expect((await knowngood("--version")).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it("is not led by a tsconfig.json of the folder it is run in, and starts fast", async () => {
    folder.write("shadow.js", "throw new Error('led astray');");
    const compilerOptions = { baseUrl: ".", paths: { "js-yaml": ["./shadow.js"], zod: ["./shadow.js"] } };
    folder.write("tsconfig.json", JSON.stringify({ compilerOptions }));
    mkdirSync(join(folder.path, "releases"));
    let fastest = Infinity;
    // Other work on the machine is not what is measured: one start of ten within the limit shows that it can.
    for (let run = 0; run < 10 && fastest >= 300; run++) {
      const start = performance.now();
      const { code, stdout } = await knowngood("release", "list");
      fastest = Math.min(fastest, performance.now() - start);
      expect(code).to.equal(0);
      expect(stdout).to.contain("releases has no release yet");
    }
    expect(fastest).to.be.below(300);
  });
});
