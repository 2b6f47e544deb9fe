import { expect } from "chai";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readCatalog } from "../../catalog/catalog";
import { first } from "../catalog/catalogFolder";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { commandLine, type CommandLine } from "./commandLine";

describe("knowngood release", function () {
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
  const catalog = () => readCatalog(join(shell.path, "other"));

  it("list and show tell what the catalog holds", async () => {
    const api = await registry.push("shop/api", "v1", "api 1");
    await registry.push("shop/api", "v2", "api 2");
    await shell.knowngood(
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
    await shell.knowngood(
      "release",
      "add",
      "v2",
      "--image",
      image("api", "v2"),
      "--migrations",
      "db",
      ...all,
    );
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
    const list = await shell.knowngood("release", "list", ...all);
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
    const json = JSON.parse((await shell.knowngood("release", "list", "--json", ...all)).stdout) as unknown;
    expect(json).to.deep.equal([
      { ...catalog().releases[0], newMigrations: [] },
      { ...catalog().releases[1], newMigrations: [first.migration] },
    ]);
    const show = await shell.knowngood("release", "show", "v1", ...all);
    expect(show.stdout).to.contain(`${registry.address}/shop/api@${api}`).and.to.contain("0123456789abcdef");
    const shown = JSON.parse(
      (await shell.knowngood("release", "show", "v2", "--json", ...all)).stdout,
    ) as unknown;
    expect(shown).to.deep.equal({ ...catalog().releases[1], newMigrations: [first.migration] });
    const unknown = await shell.knowngood("release", "show", "v3", ...all);
    expect(unknown).to.deep.include({ code: 2, stdout: "" });
    expect(unknown.stderr).to.contain("name a release of the catalog, such as v2, v1");
  });

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
    const ended = await Promise.all(wrong.map(([args]) => shell.knowngood(...args)));
    for (const [index, [, fragment]] of wrong.entries()) {
      expect(ended[index]?.stderr).to.contain(fragment);
      expect(ended[index]).to.deep.include({ code: 2, stdout: "" });
    }
    const commands = ["add", "list", "show"];
    const helps = await Promise.all(commands.map((name) => shell.knowngood("release", name, "--help")));
    for (const [index, name] of commands.entries()) {
      const help = helps[index];
      expect(help).to.deep.include({ code: 0, stderr: "" });
      expect(help?.stdout).to.contain(`Examples:\n  $ knowngood release ${name}`);
    }
    expect((await shell.knowngood("--version")).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it("is not led by a tsconfig.json of the folder it is run in", async () => {
    shell.write("shadow.js", "throw new Error('led astray');");
    const compilerOptions = { baseUrl: ".", paths: { "js-yaml": ["./shadow.js"], zod: ["./shadow.js"] } };
    shell.write("tsconfig.json", JSON.stringify({ compilerOptions }));
    mkdirSync(join(shell.path, "releases"));
    const { code, stdout } = await shell.knowngood("release", "list");
    expect(code).to.equal(0);
    expect(stdout).to.contain("releases has no release yet");
  });

  it("loads for a list of releases nothing that judges schemas, runs containers or asks GitHub", async () => {
    const tell = "process.on('exit', () => console.error(Object.keys(require.cache).join('\\n')));";
    shell.write("tell.cjs", tell);
    mkdirSync(join(shell.path, "releases"));
    const { stderr } = await shell.run(process.execPath, [
      "--require",
      join(shell.path, "tell.cjs"),
      join(__dirname, "..", "..", "cli", "knowngood.cjs"),
      "release",
      "list",
    ]);
    const packages = new Set(stderr.match(/(?<=node_modules\/)(@[^/]+\/)?[^/\n]+/g));
    expect(packages).to.include("js-yaml");
    expect([...packages].filter((name) => /pulumi|pglite|libpg|^pg|octokit/.test(name))).to.deep.equal([]);
  });
});
