import { expect } from "chai";
import { load } from "js-yaml";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSettings } from "../../settings/readSettings";

const folder = join(__dirname, "..", "..", "examples", "compose");
const yaml = (name: string) => load(readFileSync(join(folder, name), "utf8"));

describe("the example of a compose project", () => {
  it("has settings that can be used, for services that its file has", () => {
    const { config } = yaml("Pulumi.prod.yaml") as { config: Record<string, unknown> };
    const texts = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const settings = readSettings({
      project: "knowngood",
      stack: "prod",
      values: Object.fromEntries(texts) as Record<string, string>,
      secretKeys: [],
    });
    expect(settings.compose?.folder).to.equal("/opt/shop-prod");
    const { services } = yaml("docker-compose.yml") as { services: Record<string, unknown> };
    expect(services).to.include.all.keys(...Object.keys(settings.services));
  });
});
