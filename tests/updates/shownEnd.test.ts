import { expect } from "chai";
import { shownEnd } from "../../updates/shownEnd";

describe("a lock that is worded in a way of its own", () => {
  it("is shown without secrets, and one that is understood as it is", async () => {
    const folder = { cwd: __dirname, env: { PATH: "", ACME_TOKEN: "s3cr3t-token" } };
    const showing = { stack: "prod", knows: false, from: folder };
    const known = { user: "anna", host: "vm", pid: 7, since: "2026-11-21T20:00:10Z", text: "as it is" };
    const holders = [{ text: "held at https://anna:pw@state/s3cr3t-token" }, known];
    const shown = await shownEnd({ end: "locked", holders }, showing);
    expect(JSON.stringify(shown)).not.to.contain("pw@").and.not.to.contain("s3cr3t");
    expect(shown).to.have.property("holders").that.deep.includes(known);
  });
});
