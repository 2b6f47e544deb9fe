import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { portsIn } from "../../demo/ports";
import { readSettings } from "../../settings/readSettings";
import type { Settings } from "../../settings/settings";

const file = (stack: string) => join(__dirname, "..", "..", `Pulumi.${stack}.yaml`);

/** The settings of a committed stack file, with these secrets set as a user has to. */
function settingsOf(stack: string, secretNames = ["databaseUrl", "databasePassword"]): Settings {
  const { config } = load(readFileSync(file(stack), "utf8")) as { config: Record<string, unknown> };
  const secrets = secretNames.map((name) => `knowngood:${name}`);
  const values = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return readSettings({
    project: "knowngood",
    stack,
    values: {
      ...Object.fromEntries(values),
      ...Object.fromEntries(secrets.map((name) => [name, "secret"])),
    } as Record<string, string>,
    secretKeys: secrets,
  });
}

describe("the committed stack files", () => {
  const prod = settingsOf("prod");
  const test = settingsOf("test");

  it("are valid once the secrets are set that the demo sets, and not without one of them", () => {
    for (const settings of [prod, test]) {
      expect(Object.keys(settings.services)).to.have.members(["api", "worker", "web"]);
      expect(settings.imageTag).to.equal("v1");
    }
    expect(() => settingsOf("prod", ["databaseUrl"])).to.throw("databasePassword");
    expect(() => settingsOf("prod", ["databasePassword"])).to.throw("databaseUrl");
  });

  it("differ in protection, sizes, gates and ports, so that both run beside each other", () => {
    expect([prod.protected, test.protected]).to.deep.equal([true, false]);
    for (const service of ["api", "worker", "web"]) {
      expect(prod.services[service]?.cpus).to.be.above(test.services[service]?.cpus ?? Infinity);
      expect(prod.services[service]?.memoryMiB).to.be.above(test.services[service]?.memoryMiB ?? Infinity);
    }
    expect(prod.gates.health.within).not.to.equal(test.gates.health.within);
    expect(prod.gates.health.successes).not.to.equal(test.gates.health.successes);
    const ports = [portsIn(file("prod")), portsIn(file("test"))].flatMap(({ api, web }) => [api, web]);
    expect(new Set(ports).size).to.equal(4);
  });
});
