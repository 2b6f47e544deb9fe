import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JudgedStatus } from "../../status/screen";
import type { Status } from "../../status/status";
import { startTimeOf } from "../../toolchain/machine/processes";
import { FalseServer } from "../faults/falseServer";
import { runWith } from "./runWith";

const password = "geheim-hunter2";
const digest = `sha256:${"a".repeat(64)}`;

describe("status, whatever hangs", function () {
  this.timeout(120_000);
  let folder: string;
  let silent: FalseServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-status-"));
    silent = await FalseServer.start();
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "releases"));
    write("Pulumi.yaml", "name: shop\n");
    write(
      "Pulumi.prod.yaml",
      `config:\n${settings()
        .map(([key, text]) => `  ${key}: ${text}\n`)
        .join("")}  shop:databaseUrl: {secure: v1:AAAA}\n`,
    );
  });
  afterEach(async () => {
    await silent.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const settings = (): [string, string][] => [
    ["shop:imageTag", "v1"],
    ["shop:database", "{}"],
    [
      "shop:services",
      JSON.stringify({
        api: { ports: [{ container: 80, host: silent.port }], health: { path: "/health" } },
        worker: { kind: "worker" },
      }),
    ],
  ];

  /** What stands on PATH as pulumi. */
  const pulumi = (shell: string) =>
    writeFileSync(join(folder, "bin", "pulumi"), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });

  /** Answers as the CLI does, of a stack at v1; the database is the silent server. */
  function pulumiAnswers(): void {
    const config = (shown: boolean) =>
      JSON.stringify({
        ...Object.fromEntries(settings().map(([key, value]) => [key, { value, secret: false }])),
        "shop:databaseUrl": {
          secret: true,
          ...(shown && { value: `postgres://shop:${password}@127.0.0.1:${silent.port}/shop` }),
        },
      });
    const labels = { stack: "shop/prod", service: "api", release: "v1", digest };
    const state = {
      deployment: {
        resources: [
          { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod", type: "pulumi:pulumi:Stack" },
          {
            urn: "urn:pulumi:prod::shop::container::api",
            type: "docker:index/container:Container",
            id: "api-id",
            inputs: {
              labels: Object.entries(labels).map(([name, value]) => ({ label: `knowngood.${name}`, value })),
            },
          },
        ],
      },
    };
    write("bin/config.json", config(false));
    write("bin/secrets.json", config(true));
    write("bin/state.json", JSON.stringify(state));
    const own = join(folder, "bin");
    pulumi(
      `case "$*" in stack\\ export*) cat '${own}/state.json' ;; *--show-secrets*) cat '${own}/secrets.json' ;; ` +
        `config*) cat '${own}/config.json' ;; *) echo prod ;; esac`,
    );
  }

  async function status(within: number, ...words: string[]) {
    // From below the project's folder, as Pulumi can be run.
    const ended = await runWith(
      join(folder, "releases"),
      ["status", "--json", "--within", String(within), ...words],
      {
        env: {
          PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`,
          DOCKER_HOST: `tcp://127.0.0.1:${silent.port}`,
          NO_COLOR: "1",
        },
      },
    );
    expect(ended.stdout + ended.stderr).not.to.contain(password);
    const told = JSON.parse(ended.stdout || "{}") as JudgedStatus & { status: Status };
    const texts = (name: string) => told.lines.filter((line) => line.name === name).map(({ text }) => text);
    return { ...ended, ...told, texts };
  }

  it("ends with what Pulumi says, where Docker, the database and the service stay silent", async () => {
    pulumiAnswers();
    const told = await status(60, "--stack", "prod");
    expect(told.headline).to.equal("shop/prod runs v1");
    expect(told.texts("api")[0]).to.match(/^v1 sha256:a{12}, NOT HEALTHY: no answer within 5 s$/);
    expect(told.texts("worker")).to.deep.equal(["not deployed"]);
    expect(told.texts("schema")[0]).to.match(
      /^not known: The database can't be reached at 127\.0\.0\.1:\d+: no answer in 3 s$/,
    );
    expect(told.texts("drift")).to.deep.equal(["not known: Docker does not answer: no answer in 10 s"]);
    expect(told.texts("backups")).to.deep.equal(["none in .knowngood/backups yet"]);
    expect([told.outcome, told.code]).to.deep.equal(["wrong", 1]);
  });

  it("ends with what the stack's file and this machine say, where Pulumi stays silent, too", async () => {
    // As a script on PATH that runs the real one would.
    pulumi(`sh -c 'echo $$ >> ${folder}/pids; exec sleep 600'\nexit 1`);
    const told = await status(2, "--stack", "prod");
    const asked = readFileSync(join(folder, "pids"), { encoding: "utf8", flag: "a+" }).trim().split("\n");
    for (const pid of asked) while (startTimeOf(Number(pid)) !== undefined) await sleep(10);
    expect(told.headline).to.match(/^shop\/prod: what runs is not known: /);
    expect(told.texts("settings")).to.have.length(1);
    expect(told.texts("settings")[0]).to.match(
      /^read from the stack file alone: Pulumi does not tell the stack's settings: no answer in \d(\.\d)? s$/,
    );
    expect(told.texts("schema")).to.deep.equal([
      "not known: its address is a secret: Pulumi does not tell it in time",
    ]);
    for (const name of ["horizon", "way back"])
      expect(told.texts(name), name).to.deep.equal(["not known: Pulumi's state can't be read"]);
    expect(told.texts("drift")).to.deep.equal(["not known: Docker does not answer: no answer in 2 s"]);
    expect(told.status.settings.imageTag).to.equal("v1");
    expect(told.code).to.be.oneOf([1, 4]);
  });

  it("takes garbage for no answer", async () => {
    await silent.stop();
    pulumi("echo '<html>'");
    const told = await status(60, "--stack", "prod");
    expect(told.headline).to.contain("`pulumi stack export` gave no state");
    expect(told.texts("settings")[0]).to.contain("what it says is no JSON");
    expect(told.texts("schema")).to.deep.equal([
      "not known: its address is a secret: what Pulumi says of the secrets is no JSON",
    ]);
    expect([told.outcome, told.code]).to.deep.equal(["wrong", 1]);
    // Nothing is known to be wrong where nothing could be asked.
    write("Pulumi.prod.yaml", "config:\n  shop:imageTag: v1\n  shop:services: {worker: {kind: worker}}\n");
    const blind = await status(60, "--stack", "prod");
    expect([blind.outcome, blind.code]).to.deep.equal(["unknown", 4]);
  });

  it("is of no use where nobody says which stack is meant, or it has no settings", async () => {
    pulumi("echo 'error: no stack selected' >&2; exit 255");
    const unnamed = await status(20);
    expect([unnamed.code, unnamed.stdout]).to.deep.equal([2, ""]);
    expect(unnamed.stderr).to.contain("nothing, and no stack is selected").and.to.contain("pulumi stack ls");
    expect((await status(20, "--stack", "other")).code).to.equal(4);
    write("Pulumi.prod.yaml", "config:\n  shop:services: 7\n");
    expect((await status(20, "--stack", "prod")).code).to.equal(2);
    expect((await status(0, "--stack", "prod")).code).to.equal(2);
  });
});
