import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { withLock } from "../../toolchain/cache.mjs";
import { commandLine, isAtLeast, plugins } from "../../toolchain/programs.mjs";
import { setUp } from "../../toolchain/setup.mjs";
import { duration } from "../../toolchain/steps.mjs";

const root = resolve(__dirname, "../..");
const setup = join(root, "toolchain/setup.mjs");

describe("set-up", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    await setUp({ say: () => undefined });
  });
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-set-up-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
    return spawnSync(process.execPath, args, { env: { ...process.env, ...environment }, encoding: "utf8" });
  }

  /** A PATH on which Node and npm are, and `programs`, but neither Go nor Pulumi. */
  function bareMachine(programs: Record<string, string> = {}): NodeJS.ProcessEnv {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const name of ["node", "npm"]) symlinkSync(join(dirname(process.execPath), name), join(bin, name));
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return {
      PATH: bin,
      HOME: folder,
      PULUMI_HOME: "",
      KNOWNGOOD_CACHE: join(folder, "cache"),
      KNOWNGOOD_DOWNLOADS: "off",
    };
  }

  it("does nothing when everything is there", () => {
    const { status, stdout } = run([setup]);
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /^Toolchain ready in \d\.\d s: Pulumi \S+ \(.*\), plugins command \S+, docker \S+, github \S+\n$/,
    );
  });

  it("prints an environment in which the shell finds Pulumi and its plugins", () => {
    const { stdout, stderr } = run([setup, "--env"]);
    expect(stderr).to.match(/^Toolchain ready/);
    expect(stdout.split("\n").filter((line) => !/^(export [A-Z_]+='.*')?$/.test(line))).to.deep.equal([]);
    const listed = spawnSync("sh", ["-c", `${stdout}\npulumi plugin ls --json`], { encoding: "utf8" });
    const found = JSON.parse(listed.stdout) as { name: string; version: string }[];
    const names = found.map(({ name, version }) => `${name} ${version}`);
    expect(names).to.include.members(plugins(root).map(({ plugin, version }) => `${plugin} ${version}`));
  });

  it("runs a command with that environment and passes its exit code on", () => {
    const { status, stdout } = run([setup, "run", "--", "sh", "-c", "pulumi version; exit 7"]);
    expect(status).to.equal(7);
    expect(stdout).to.match(/^v?\d+\.\d+\.\d+\n$/);
    expect(run([setup, "run", "--", "sh", "-c", "kill -TERM $$"]).status).to.equal(143);
    expect(run([setup, "run", "--", "/no/such/program"]).status).to.equal(127);
  });

  it("passes signals on to the command", async () => {
    const script = 'trap "echo told; exit 5" TERM; echo ready; while :; do sleep 0.05; done';
    const child = spawn(process.execPath, [setup, "run", "--", "sh", "-c", script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output === "ready\n") child.kill("SIGTERM");
    });
    expect(await exitOf(child)).to.equal(5);
    expect(output).to.equal("ready\ntold\n");
  });

  it("makes the clone's own command known to npx", () => {
    const link = join(root, "node_modules/.bin/knowngood");
    rmSync(link, { force: true });
    run([setup]);
    expect(existsSync(link)).to.equal(existsSync(join(root, "cli/knowngood.cjs")));
  });

  it("without Pulumi and Go names both ways out", () => {
    const { status, stderr } = run([setup], bareMachine());
    expect(status).to.equal(4);
    expect(stderr).to.equal(
      "There is no Pulumi 3.248.0 or newer with its Node language host on the PATH, and it cannot be built: " +
        "Go is missing. Do one of these and run the same command again:\n" +
        "  - install Pulumi by its own installer: https://www.pulumi.com/docs/install/\n" +
        "  - install Go 1.25.11 or newer: https://go.dev/dl/, or the package golang-go where it is new enough\n",
    );
  });

  it("with a Go that is too old says so", () => {
    const { status, stderr } = run([setup], bareMachine({ go: "echo go1.19.8" }));
    expect(status).to.equal(4);
    expect(stderr).to.include("it cannot be built: Go does not suffice (go1.19.8).");
  });

  it("with a Pulumi that is too old does not use it", () => {
    const machine = bareMachine({ pulumi: "echo v3.247.9", "pulumi-language-nodejs": "" });
    expect(run([setup], machine).stderr).to.include("There is no Pulumi 3.248.0 or newer");
  });

  it("with a Pulumi that suffices but cannot download plugins names the plugin", () => {
    const machine = bareMachine({ pulumi: "echo v3.248.0", "pulumi-language-nodejs": "" });
    const { status, stderr } = run([setup], machine);
    expect(status).to.equal(4);
    expect(stderr).to.match(
      /^The Pulumi plugin command \S+ is missing, cannot be downloaded and cannot be built: Go is/,
    );
    expect(stderr).to.include("  - let Pulumi download it: pulumi plugin install resource command ");
  });

  it("with a Pulumi that suffices uses the user's own home", () => {
    const machine = bareMachine({ pulumi: "echo v3.248.0", "pulumi-language-nodejs": "" });
    for (const { plugin, name, version } of plugins(root)) {
      const place = join(folder, ".pulumi/plugins", `resource-${plugin}-v${version}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, name), "", { mode: 0o755 });
    }
    const { status, stdout, stderr } = run([setup, "--env"], machine);
    expect(stderr).to.include(`Pulumi 3.248.0 (${join(folder, "bin/pulumi")})`);
    expect({ status, stdout }).to.deep.equal({
      status: 0,
      stdout: "export PULUMI_SKIP_UPDATE_CHECK='true'\n",
    });
  });

  // Behind a proxy, which is never asked here, the first download itself shows whether downloads work.
  const proxy = { KNOWNGOOD_DOWNLOADS: "", HTTPS_PROXY: "http://127.0.0.1:9" };

  it("lets Pulumi download plugins where it can", () => {
    const install =
      'd="$HOME/.pulumi/plugins/resource-$4-v$5"; /bin/mkdir -p $d; echo >$d/$n; /bin/chmod 755 $d/$n';
    const pulumi = `n=pulumi-resource-$4; case $1 in version) echo v3.248.0;; plugin) ${install};; esac`;
    const machine = { ...bareMachine({ pulumi, "pulumi-language-nodejs": "" }), ...proxy };
    const first = run([setup], machine);
    expect(first.status, first.stderr).to.equal(0);
    expect(first.stdout.match(/^Downloading the Pulumi plugin \S+ \S+: done/gm)).to.have.lengthOf(3);
    expect(run([setup], machine).stdout).to.match(/^Toolchain ready/);
  });

  it("asks once only where downloads fail", () => {
    const pulumi = 'case $1 in version) echo v3.248.0;; *) echo "no route" >&2; exit 1;; esac';
    const machine = { ...bareMachine({ pulumi, "pulumi-language-nodejs": "" }), ...proxy };
    const { status, stdout, stderr } = run([setup], machine);
    expect(status).to.equal(4);
    expect(stdout).to.include("It cannot be downloaded:\n  no route\n");
    expect(stdout.match(/^Downloading .*\.\.\.$/gm)).to.have.lengthOf(1);
    expect(stdout).to.match(/^Downloading the Pulumi plugin \S+ \S+: failed after \d\.\d s\.$/m);
    expect(stderr).to.include("cannot be downloaded and cannot be built: Go is missing.");
  });

  it("goes on after a kill in the middle of a build, and two at once build once", async function () {
    if (spawnSync("go", ["version"]).status !== 0) this.skip();
    const [program] = commandLine;
    const script = `
      import { build } from ${JSON.stringify(join(root, "toolchain/goBuild.mjs"))};
      import { withLock } from ${JSON.stringify(join(root, "toolchain/cache.mjs"))};
      const say = (line) => console.log(line);
      await withLock(${JSON.stringify(join(folder, "lock"))}, say, () => build({
        root: ${JSON.stringify(root)}, program: ${JSON.stringify(program)}, folder: ${JSON.stringify(join(folder, "bin"))},
        environment: process.env, say }));`;
    const start = () =>
      spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });

    const killed = start();
    await new Promise((done) => killed.stdout.once("data", done));
    killed.kill("SIGKILL");
    await exitOf(killed);
    const binary = join(folder, "bin", program?.name ?? "");
    expect(existsSync(binary)).to.equal(false);
    const leftover = `${program?.name}.${spawnSync("true").pid}.unfinished`;
    writeFileSync(join(folder, "bin", leftover), "half");

    const outputs = await Promise.all([start(), start()].map(outputOf));
    const all = outputs.join("");
    expect(all.match(/done in/g)).to.have.lengthOf(1);
    expect(all).to.include("Another set-up is at work");
    expect(readdirSync(join(folder, "bin")))
      .to.include(program?.name)
      .and.not.include(leftover);
    expect(readdirSync(folder)).to.deep.equal(["bin"]);
    expect(spawnSync(binary, ["-h"], { encoding: "utf8" }).stderr).to.include("tracing");
  });

  it("gives the lock back after a failure", async () => {
    const lock = join(folder, "lock");
    const failure = await withLock(
      lock,
      () => undefined,
      () => Promise.reject(new Error("no")),
    ).catch(String);
    expect(failure).to.equal("Error: no");
    expect(
      await withLock(
        lock,
        () => undefined,
        () => Promise.resolve(1),
      ),
    ).to.equal(1);
  });

  it("compares versions by their numbers", () => {
    const cases: [string, string, boolean][] = [
      ["3.248.0", "3.248.0", true],
      ["3.247.9", "3.248.0", false],
      ["3.1000.0", "3.248.0", true],
      ["4.0.0", "3.248.0", true],
      ["v3.248.0-dev.1", "3.248.0", true],
      ["go1.26", "1.25.11", true],
      ["go1.25.9", "1.25.11", false],
      ["", "1.25.11", false],
    ];
    for (const [version, oldest, enough] of cases)
      expect(isAtLeast(version, oldest), version).to.equal(enough);
  });

  it("writes durations for people", () => {
    expect([400, 9_949, 9_950, 59_499, 59_500, 185_000].map(duration)).to.deep.equal([
      "0.4 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 0 s",
      "3 min 5 s",
    ]);
  });
});

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.once("close", (code) => done(code)));
}

async function outputOf(child: ReturnType<typeof spawn>): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await exitOf(child);
  return output;
}
