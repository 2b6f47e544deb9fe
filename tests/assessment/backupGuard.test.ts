import { expect } from "chai";
import type { BackupPlan } from "../../assessment/backupPlan";
import { guardBackup } from "../../assessment/backupGuard";
import { refusalTexts } from "../../assessment/refusal";
import type { BackupObstacle } from "../../backups/backupObstacle";
import { judgementOf } from "./evidence";
import { back, forward } from "./judgedStack";

const without = "To go without one: pulumi config set --path database.backup.when never --stack prod";

describe("a backup that can't be made", () => {
  const kinds: BackupObstacle["kind"][] = ["space", "folder", "programs", "database"];
  const plan = (kind: BackupObstacle["kind"], mayLose: boolean): BackupPlan => ({
    reason: "it is so",
    mayLose,
    obstacle: { kind, text: "There is no way." },
  });

  it("refuses a way forward, and names the command that goes without", () => {
    for (const kind of kinds) {
      const { schema, refusals } = forward({ backup: plan(kind, false) });
      expect(refusalTexts(refusals)).to.deep.equal([
        `A backup is to be made first, since it is so, and it can't be made. There is no way.\n${without}`,
      ]);
      expect(schema?.backup?.obstacle?.kind).to.equal(kind);
    }
  });

  it("lets a rollback go without one that was a precaution, unless there is no space", () => {
    for (const kind of kinds.filter((one) => one !== "space")) {
      const { schema, refusals, warnings } = back({ judgement: judgementOf(), backup: plan(kind, false) });
      expect(refusals).to.deep.equal([]);
      expect(warnings).to.include(
        "No backup is made, though it is so, since none can be made. There is no way.",
      );
      // What is declared would be tried, and the up would end at it.
      expect(schema).not.to.have.property("backup");
    }
    expect(back({ judgement: judgementOf(), backup: plan("space", false) }).refusals).to.have.length(1);
  });

  it("never lets a rollback destroy data without one, and says how to go back without destroying any", () => {
    for (const kind of kinds) {
      const question = { stack: "prod", direction: "rollback", backup: plan(kind, true) } as const;
      const { refusals, warnings } = guardBackup({ ...question, stepDown: "3" });
      expect(warnings).to.deep.equal([]);
      expect(refusals).to.have.length(1);
      expect(refusals[0]?.split("\n").slice(1)).to.deep.equal([
        "To leave the schema as it is: pulumi config rm stepDown --stack prod",
        without,
      ]);
      expect(guardBackup({ ...question, stepDown: undefined }).refusals[0]?.split("\n")).to.have.length(2);
    }
  });

  it("is declared where nothing speaks against it", () => {
    const { schema, refusals } = back({
      judgement: judgementOf(),
      backup: { reason: "it is so", mayLose: true },
    });
    expect([schema?.backup, refusals]).to.deep.equal([{ reason: "it is so", mayLose: true }, []]);
  });
});
