import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { readReviewStackSettings } from "../../review/readReviewStackSettings";
import { reviewReference, reviewReferenceFile } from "../../review/reference";
import { repositoryFiles } from "../../review/repositoryFiles";

const page = readFileSync(join(__dirname, "..", "..", "docs", "review-stack.md"), "utf8");

describe("the pages of the review stack", () => {
  it("have all its settings: node --require ./toolchain/loadTypescript.cjs review/reference.ts", () => {
    expect(readFileSync(reviewReferenceFile, "utf8")).to.equal(reviewReference());
    const rows = reviewReference()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows.length).to.be.greaterThan(25);
    expect(rows.filter((row) => row.endsWith("|  |"))).to.deep.equal([]);
  });

  it("set up settings that are right, and name the files that come of them", () => {
    const [, yaml = ""] = /```yaml\n( +config:\n.*?)```/s.exec(page) ?? [];
    const { config } = load(yaml) as { config: Record<string, unknown> };
    const settings = readReviewStackSettings({
      project: "knowngood-review",
      stack: "acme",
      values: Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
          key,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
      secretKeys: [],
    });
    expect(Object.keys(settings.stacks)).to.deep.equal(["prod", "test"]);
    expect(settings.workflows.runsOn).to.deep.equal(["self-hosted", "deployments"]);
    for (const { path } of Object.values(repositoryFiles(settings)))
      expect(page).to.contain(
        (path.split("/").at(-1) ?? "").replace(/-(prod|test)\.yml$/, "-STACK").replace(/\.yml$/, ""),
      );
  });
});
