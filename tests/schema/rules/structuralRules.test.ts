import { expect } from "chai";
import { structuralRules } from "../../../schema/rules/structuralRules";
import { Embedded } from "../snapshot/embedded";

describe("the rules that catalogs show", () => {
  const embedded = new Embedded();
  before(() => embedded.start());
  after(() => embedded.stop());

  for (const { id, verdict, example } of structuralRules)
    it(`${id}: its example is judged by it alone, ${verdict}`, async () => {
      const findings = await embedded.findings(example.shipped, example.ahead);
      const told = findings.filter((finding) => finding.rule === id || finding.verdict !== "compatible");
      expect([...new Set(told.map((finding) => `${finding.rule}: ${finding.verdict}`))]).to.deep.equal([
        `${id}: ${verdict}`,
      ]);
    });
});
