import { expect } from "chai";
import type { BackupPlan } from "../../assessment/backupPlan";
import { guardBackup } from "../../assessment/backupGuard";
import { refusalTexts } from "../../assessment/refusal";
import type { BackupObstacle } from "../../backups/backupObstacle";
import type { Breakable } from "../../settings/guardNames";
import { judgementOf, usual } from "./evidence";
import { back, forward, reportOf } from "./judgedStack";

const until = "2026-03-01T04:00:00Z";
const glass = (more = "", reason = "WHY") =>
  `  pulumi config set breakGlass '{"reason":"${reason}","guards":[${more}"backup"],"until":"${until}"}' --stack prod`;
const acknowledging = (fingerprint: string) => `  pulumi config set acknowledge ${fingerprint} --stack prod`;
const once = "To go without one this time, once what is assessed above was looked at:";
const never =
  "To go without one for good, unasked at every later change: pulumi config set --path database.backup.when never --stack prod";

describe("a backup that can't be made", () => {
  const kinds: BackupObstacle["kind"][] = ["space", "folder", "programs", "database"];
  const plan = (kind: BackupObstacle["kind"], mayLose: boolean): BackupPlan => ({
    reason: "it is so",
    mayLose,
    obstacle: { kind, text: "There is no way." },
  });

  it("refuses a way forward, and names the commands that go without: once, and as a last way for good", () => {
    for (const kind of kinds) {
      const assessment = forward({ backup: plan(kind, false) });
      const { schema, refusals } = assessment;
      expect(refusalTexts(refusals)[0]?.split("\n")).to.deep.equal([
        "A backup is to be made first, since it is so, and it can't be made. There is no way.",
        once,
        acknowledging(reportOf(assessment).fingerprint),
        glass(),
        never,
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
      const question = {
        stack: "prod",
        direction: "rollback",
        backup: plan(kind, true),
        fingerprint: "f1",
        now: usual.now,
      } as const;
      const { refusals, warnings } = guardBackup({ ...question, stepDown: "3" });
      expect(warnings).to.deep.equal([]);
      expect(refusals).to.have.length(1);
      const ways = [once, acknowledging("f1"), glass(), never];
      expect(refusals[0]?.answer?.split("\n")).to.deep.equal([
        "To leave the schema as it is: pulumi config rm stepDown --stack prod",
        ...ways,
      ]);
      const [plain] = guardBackup({ ...question, stepDown: undefined }).refusals;
      expect(plain?.answer?.split("\n")).to.deep.equal(ways);
    }
  });

  it("asks for no more than is missing, and keeps what break-glass names already", () => {
    const ways = (more: object) =>
      guardBackup({
        stack: "prod",
        direction: "forward",
        backup: plan("space", true),
        stepDown: undefined,
        fingerprint: "f1",
        now: usual.now,
        ...more,
      }).refusals[0]?.answer?.split("\n");
    const set = (...guards: Breakable[]) => ({ breakGlass: { reason: "CI is down", guards, until } });
    expect(ways({ acknowledge: "f1" })).to.deep.equal([once, glass(), never]);
    expect(ways({ acknowledge: "f0" })).to.deep.equal([
      "What was acknowledged (f0) is not this assessment.",
      ...[once, acknowledging("f1"), glass(), never],
    ]);
    expect(ways(set("ci"))).to.deep.equal([once, acknowledging("f1"), glass('"ci",', "CI is down"), never]);
    expect(ways(set("backup"))).to.deep.equal([once, acknowledging("f1"), never]);
    const over = { breakGlass: { ...set("backup").breakGlass, until: usual.now } };
    expect(ways(over)).to.deep.equal([once, acknowledging("f1"), glass(), never]);
  });

  it("is declared where nothing speaks against it", () => {
    const { schema, refusals } = back({
      judgement: judgementOf(),
      backup: { reason: "it is so", mayLose: true },
    });
    expect([schema?.backup, refusals]).to.deep.equal([{ reason: "it is so", mayLose: true }, []]);
  });
});
