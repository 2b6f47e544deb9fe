import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { digest } from "../history/states";
import { runWith } from "./runWith";

const instead = "pulumi config set imageTag TAG --stack dev && pulumi up --stack dev";

describe("a stack of a program of one's own, asked by the commands", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-own-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "releases"));
    write("Pulumi.yaml", "name: shop\n");
    write("Pulumi.dev.yaml", "config:\n  shop:imageTag: v1\n  shop:port: 8080\n");
    write(
      "config.json",
      JSON.stringify({ "shop:imageTag": { value: "v1" }, "shop:port": { value: "8080" } }),
    );
    const resource = (type: string, outputs: object) => ({
      urn: `urn:pulumi:dev::shop::${type}::a`,
      type,
      outputs,
    });
    const state = {
      resources: [
        resource("knowngood:index:DeployedRelease", {
          knownGood: [{ tag: "v1", passedAt: "2026-03-01T00:00:00.000Z" }],
        }),
        resource("knowngood:index:DeployedService", {
          ...{ service: "web", release: "v1", digest: digest("a"), instance: "arn:1" },
        }),
      ],
    };
    write("state.json", JSON.stringify({ deployment: state }));
    const script = `case "$*" in stack\\ export*) cat '${folder}/state.json' ;; config*) cat '${folder}/config.json' ;; stack\\ history*) echo null ;; *) exit 1 ;; esac`;
    writeFileSync(join(folder, "bin", "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const knowngood = (...words: string[]) =>
    runWith(folder, words, {
      env: { PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`, NO_COLOR: "1" },
    });

  it("has a history, by the state", async () => {
    const told = await knowngood("history", "--stack", "dev", "--json");
    expect(told.code, told.stderr).to.equal(0);
    const { running, knownGood } = JSON.parse(told.stdout) as Record<string, unknown>;
    expect(running).to.have.property("tag", "v1");
    expect(knownGood).to.deep.equal([
      { tag: "v1", passedAt: "2026-03-01T00:00:00.000Z", quarantined: false },
    ]);
  });

  for (const words of [
    ["status"],
    ["logs"],
    ["drill", "--yes"],
    ["rollback", "v1", "--yes"],
    ["deploy", "v1", "--yes"],
  ])
    it(`is told what to type in place of ${words[0]}`, async () => {
      const told = await knowngood(...words, "--stack", "dev");
      expect(told.code, told.stderr).to.equal(2);
      expect(told.stderr.replace(/\s+/g, " "))
        .to.contain("by a Pulumi program of your own")
        .and.to.contain(instead);
    });

  it("lacks its services where nothing says that it is one", async () => {
    const text = JSON.stringify({ deployment: {} });
    write("state.json", text);
    const told = await knowngood("history", "--stack", "dev");
    expect([told.code, told.stderr.includes("services")]).to.deep.equal([2, true]);
  });
});
