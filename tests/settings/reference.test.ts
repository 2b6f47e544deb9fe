import { expect } from "chai";
import { readFileSync } from "node:fs";
import { settingsAsJsonSchema, type SchemaNode } from "../../settings/knownNames";
import { reference, referenceFile } from "../../settings/reference";

/** Every field of every structure, with its path. */
function fieldsIn(node: unknown, path = ""): { path: string; description: string | undefined }[] {
  if (typeof node !== "object" || node === null) return [];
  const { properties = {}, additionalProperties, items } = node as SchemaNode;
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [{ path: at, description: (field as SchemaNode).description }, ...fieldsIn(field, at)];
  });
  return [...own, ...fieldsIn(additionalProperties, `${path}.<name>`), ...fieldsIn(items, `${path}[]`)];
}

describe("the reference of the settings", () => {
  const fields = fieldsIn(settingsAsJsonSchema());

  it("is up to date: node --require ./toolchain/loadTypescript.cjs settings/reference.ts", () => {
    expect(readFileSync(referenceFile, "utf8")).to.equal(reference());
  });

  it("tells of every setting, and each says what it means", () => {
    const text = reference();
    expect(fields.length).to.be.greaterThan(50);
    expect(fields.filter(({ path }) => !text.includes(`| \`${path}\` | `))).to.deep.equal([]);
    expect(fields.filter(({ description }) => !description)).to.deep.equal([]);
  });

  it("tells type, limits, default and what must be set", () => {
    const lines = reference().split("\n");
    const line = (path: string) => lines.find((text) => text.startsWith(`| \`${path}\` |`));
    expect(line("imageTag")).to.contain("| text | must be set |");
    expect(line("protected")).to.contain("| `true`, `false` | `false` |");
    expect(line("services")).to.contain("| map: name to structure | must be set |");
    expect(line("services.<name>.kind")).to.contain('| `web`, `worker` | `"web"` |');
    expect(line("services.<name>.ports[].host")).to.contain("| whole number, 1 to 65535 | must be set |");
    expect(line("services.<name>.cpus")).to.contain("| number, above 0 | none |");
    expect(line("services.<name>.memoryMiB")).to.contain("| whole number, at least 6 | none |");
    expect(line("services.<name>.health.status")).to.contain("| list: whole number, 100 to 599 | `[200]` |");
    expect(line("services.<name>.health.json")).to.contain("| map: name to any value | none |");
    expect(line("gates.health.within")).to.contain("| number, 1 to 3600 | `120` |");
    expect(line("gates.health")).to.contain("| structure | those below |");
  });
});
