import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Finding } from "../../doctor/finding";
import { startLocalRegistry, type LocalRegistry } from "../catalog/localRegistry";
import { fakeDocker } from "../gates/fakeDocker";
import type { Ended } from "./commandLine";
import { runWith } from "./runWith";

/** Seconds that everything has: a busy machine is no finding. */
const patience = ["--within", "60"];

function findingsIn({ stdout }: Ended): Record<string, Finding> {
  const { checks } = JSON.parse(stdout) as { checks: Finding[] };
  return Object.fromEntries(checks.map((finding) => [finding.check, finding]));
}

describe("doctor in an empty folder, with nothing on PATH", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "knowngood-doctor-")));
    env = { PATH: join(folder, "nothing"), HOME: folder };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("says what is missing and how to get it, and exits 4", async () => {
    const ended = await runWith(folder, ["doctor", ...patience], { env });
    expect([ended.code, ended.stderr]).to.deep.equal([4, ""]);
    const lines = ended.stdout.split("\n");
    expect(lines[0]).to.match(/^ok {9}Node\.js +\d+\.\d+\.\d+, \d+\.\d+ or newer is needed$/);
    expect(lines[1]).to.match(/^missing {4}Pulumi +there is no pulumi on PATH$/);
    expect(lines[2]).to.match(/^ +To get it: eval "\$\(node .*toolchain\/setup\.mjs --env\)"/);
    expect(ended.stdout).to.contain(`there is no Pulumi.yaml in ${folder} or above\n`);
    expect(ended.stdout).to.contain("there is no docker on PATH\n");
    expect(ended.stdout).to.match(/\n\n\d things are missing or wrong\. \d+ not asked\.\n$/);
    expect(ended.stdout).not.to.contain("\u001b");
  });

  it("says the same as JSON", async () => {
    const ended = await runWith(folder, ["doctor", "--json", ...patience], { env });
    const found = findingsIn(ended);
    expect((JSON.parse(ended.stdout) as { ok: boolean }).ok).to.equal(false);
    expect(found.Project?.outcome).to.equal("missing");
    expect(found.git?.get).to.contain("git-scm.com");
    expect(found.Stack).to.deep.equal({ check: "Stack", outcome: "not asked", found: "there is no project" });
  });

  it("takes no other time than seconds", async () => {
    const ended = await runWith(folder, ["doctor", "--within", "soon"], { env });
    expect(ended.code).to.equal(2);
    expect(ended.stderr).to.contain("write a number of seconds up to 600, such as 10");
  });
});

describe("doctor of a stack, with the real Pulumi and a real registry", () => {
  const passphrase = "correct-horse";
  const secret = "battery-staple";
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let registry: LocalRegistry;

  before(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "knowngood-doctor-")));
    const docker = fakeDocker(folder);
    docker.script("version", `echo '{"version":"28.2.2","client":"28.2.2"}'`);
    const info = `{"id":"x","name":"elsewhere","root":"/var/lib/docker","status":null,"context":"default"}`;
    docker.script("info", `case "$*" in *SystemTime*) date -u +%FT%TZ ;; *) echo '${info}' ;; esac`);
    env = { PATH: `${docker.bin}${delimiter}${process.env.PATH}`, PULUMI_BACKEND_URL: `file://${folder}` };
    registry = await startLocalRegistry();
    const digest = await registry.push("acme/worker", "v1", "one");
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    mkdirSync(join(folder, "releases"));
    writeFileSync(
      join(folder, "releases", "v1.yaml"),
      `tag: v1\ntime: 2026-03-01T09:00:00.000Z\norder: 1\nservices:\n  worker:\n    repository: ${registry.address}/acme/worker\n    digest: ${digest}\nmigrations: []\nflags: []\n`,
    );
    const pulumi = (...words: string[]) =>
      execFileSync("pulumi", [...words, "--non-interactive"], {
        cwd: folder,
        env: { ...process.env, ...env, PULUMI_CONFIG_PASSPHRASE: passphrase },
        stdio: "pipe",
      });
    pulumi("stack", "init", "prod", "--no-select");
    pulumi("config", "set", "imageTag", "v1", "--stack", "prod");
    pulumi("config", "set", "--path", "services.worker.kind", "worker", "--stack", "prod");
    pulumi("config", "set", "--secret", "apiKey", secret, "--stack", "prod");
  });
  after(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const doctor = (own: NodeJS.ProcessEnv, ...words: string[]) =>
    runWith(folder, ["doctor", ...patience, ...words], { env: { ...env, ...own } });

  it("exits 0 where nothing is missing", async () => {
    const ended = await doctor({ PULUMI_CONFIG_PASSPHRASE: passphrase }, "--stack", "prod", "--json");
    const found = findingsIn(ended);
    const outcome = (check: string) => `${found[check]?.outcome}: ${found[check]?.found}`;
    expect(outcome("Stack")).to.equal("ok: shop/prod");
    expect(outcome("Secrets")).to.equal("ok: 1 secret decrypted");
    expect(outcome("Target")).to.equal("ok: v1, of worker");
    expect(outcome(`Registry ${registry.address}`)).to.equal("ok: gives the image of v1");
    expect(outcome("Docker engine")).to.match(/^ok: 28\.2\.2 at /);
    expect(outcome("Clock")).to.equal(`ok: as ${registry.address}, the Docker engine say`);
    expect(outcome("Pulumi backend")).to.match(/^ok: file:\/\//);
    expect(outcome("Pulumi plugin docker")).to.match(/^ok: \d/);
    const bad = Object.values(found).filter(({ outcome }) => outcome === "missing" || outcome === "wrong");
    expect([ended.code, bad]).to.deep.equal([0, []]);
    expect(ended.stdout).not.to.contain(secret);
  });

  it("says what is the matter with the passphrase, and goes on with the rest", async () => {
    const none = { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: undefined };
    const missing = await doctor(none, "--stack", "prod");
    expect(missing.code).to.equal(4);
    expect(missing.stdout).to.match(
      /missing {4}Secrets +the passphrase that the secrets are encrypted with is not set\n +To get it: export PULUMI_/,
    );
    expect(missing.stdout).to.contain("gives the image of v1");
    const wrong = findingsIn(
      await doctor({ ...none, PULUMI_CONFIG_PASSPHRASE: "incorrect-horse" }, "--stack", "prod", "--json"),
    );
    expect(wrong.Secrets?.outcome).to.equal("wrong");
    expect(JSON.stringify(wrong)).not.to.contain("incorrect-horse");
  });

  it("shows no secret that others say", async () => {
    const talkative = fakeDocker(join(folder, "talkative"));
    const said = `${secret} ${passphrase} postgres://anna:pass-word@db.example/shop`;
    for (const word of ["version", "info"]) talkative.script(word, `echo '${said}' >&2; exit 1`);
    const PATH = `${talkative.bin}${delimiter}${process.env.PATH}`;
    const ended = await doctor({ PATH, PULUMI_CONFIG_PASSPHRASE: passphrase }, "--stack", "prod", "--json");
    expect(findingsIn(ended)["Docker engine"]?.found).to.contain(
      "[secret] [secret] postgres://anna:[secret]@db.example/shop",
    );
    expect(ended.stdout + ended.stderr).not.to.match(new RegExp(`${secret}|${passphrase}|pass-word`));
  });

  it("takes what makes no sense for an answer of nobody", async () => {
    const garbage = fakeDocker(join(folder, "garbage"));
    for (const word of ["version", "info"]) garbage.script(word, "echo '<html>welcome</html>'");
    const pulumi = join(garbage.bin, "pulumi");
    writeFileSync(pulumi, "#!/bin/sh\necho '<html>welcome</html>'\n", { mode: 0o755 });
    const PATH = `${garbage.bin}${delimiter}${process.env.PATH}`;
    const ended = await doctor({ PATH }, "--stack", "prod", "--json");
    const found = findingsIn(ended);
    expect(ended.code).to.equal(4);
    for (const check of ["Pulumi", "Pulumi backend", "Stack", "Docker engine"])
      expect(found[check]?.outcome, check).to.equal("wrong");
    expect(found.Clock?.outcome).to.equal("not asked");
  });

  it("says which stack there is not, and that none is selected", async () => {
    const unknown = findingsIn(await doctor({}, "--stack", "nowhere", "--json"));
    expect(unknown.Stack?.outcome).to.equal("missing");
    expect(unknown.Stack?.get).to.equal("pulumi stack ls; a new one: pulumi stack init STACK");
    const none = findingsIn(await doctor({}, "--json"));
    expect(none.Stack?.found).to.equal("no stack is selected");
    expect(none.Secrets?.outcome).to.equal("not asked");
  });
});
