import { expect } from "chai";
import { readFileSync } from "node:fs";
import { reference, referenceFile } from "../../../schema/rules/reference";
import { ruleOf, rules } from "../../../schema/rules/rules";

describe("docs/schema-rules.md", () => {
  it("is what the rules say", () => {
    expect(readFileSync(referenceFile, "utf8")).to.equal(reference());
  });

  it("has each rule once", () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).to.deep.equal([]);
    for (const id of ids) expect(reference().split(`### ${id}\n`)).to.have.length(2);
  });

  it("has ids in kebab-case, titles that begin a sentence, and remedies that end one", () => {
    for (const { id, title, remedy } of rules) {
      expect(id).to.match(/^[a-z]+(-[a-z]+)*$/);
      expect(title, id).to.match(/^[A-Z].*[^.]$/);
      expect(remedy, id).to.match(/\.$/);
    }
  });

  it("knows no other rule", () => {
    expect(() => ruleOf("table-painted")).to.throw("there is no schema rule table-painted");
  });
});
