import { expect } from "chai";
import { readFileSync } from "node:fs";
import { atTerminal } from "./atTerminal";
import { StallingPulumi } from "./stallingPulumi";

describe("knowngood rollback at a terminal", () => {
  let project: StallingPulumi;
  beforeEach(() => (project = new StallingPulumi()));
  afterEach(() => project.dispose());

  it("wants the tag typed on a protected stack, and touches nothing otherwise", async () => {
    project.plan("preview", { protected: true });
    const other = await atTerminal(project, ["Roll back to v1 on prod?", "v2\r"]);
    expect(other.code, other.said).to.equal(1);
    expect(other.said).to.contain("Type v1 to go on").and.to.contain("Nothing was touched.");
    expect(other.said).to.contain("Expected was v1; typed was v2.");
    expect(project.calls()).not.to.contain("up");
    const right = await atTerminal(project, ["Roll back to v1 on prod?", "v1\r"]);
    expect(right.code, right.said).to.equal(0);
    expect(readFileSync(project.stackFile, "utf8")).to.equal(project.stackText.replace("v2", "v1"));
  });

  it("takes yes for an answer elsewhere, and Ctrl-C for an end", async () => {
    const ended = await atTerminal(project, ["Roll back to v1 on prod?", "\u0003"]);
    expect(ended.code, ended.said).to.equal(130);
    expect(ended.said).to.contain(
      "Interrupted. Nothing was touched. To go on: npx knowngood rollback v1 --stack prod",
    );
    const yes = await atTerminal(project, ["Roll back to v1 on prod?", "y"]);
    expect(yes.code, yes.said).to.equal(0);
    expect(project.calls()).to.contain("up");
  });

  it("takes the end of input for a no", async () => {
    const { code, said } = await atTerminal(project, ["Roll back to v1 on prod?", "\u0004"]);
    expect(code, said).to.equal(1);
    expect(said).to.contain("Nothing was touched.");
    expect(project.calls()).not.to.contain("up");
  });

  it("takes no lock but that of the update that was asked about", async () => {
    const heldBy = (name: string) =>
      project.answer(
        "up.locked",
        "error: the stack is currently locked by 1 lock(s). Either wait for the other\n" +
          `  file:///${name}.json: created by anna@${name} (pid 7) at 2026-11-21T20:42:24Z\n`,
      );
    heldBy("old");
    const taken = "take its lock away";
    const another = await atTerminal(
      project,
      ["Roll back to v1 on prod?", "y"],
      [taken, () => (heldBy("new"), "y")],
      [taken, "n"],
    );
    expect(another.code, another.said).to.equal(1);
    expect(another.said).to.contain("Locked by anna on new");
    expect(project.calls()).not.to.contain("cancel");
    const same = await atTerminal(project, ["Roll back to v1 on prod?", "y"], [taken, "y"]);
    expect(same.code, same.said).to.equal(0);
    expect(project.calls().filter((call) => call === "cancel")).to.have.length(1);
  });
});
