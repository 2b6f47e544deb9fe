import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { breakGlassCommand } from "../../settings/breakGlassCommand";
import { settingsOf } from "./stack";
import { good } from "./wrongRows";

const now = "2026-03-01T00:00:00.123Z";

/** The settings after the command, as the shell hands it to Pulumi. */
function settingsAfter(command: string) {
  const script = `pulumi() { printf '%s\\n' "$@"; }; ${command}`;
  const [, , , json, ...rest] = execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\n");
  return {
    breakGlass: settingsOf({ ...good, breakGlass: JSON.parse(json ?? "") as object }).breakGlass,
    rest,
  };
}

describe("the command of a break-glass", () => {
  it("asks for a reason, and is good for four hours", () => {
    expect(settingsAfter(breakGlassCommand("prod", "hooks", undefined, now))).to.deep.equal({
      breakGlass: { reason: "WHY", guards: ["hooks"], until: "2026-03-01T04:00:00Z" },
      rest: ["--stack", "prod", ""],
    });
  });

  it("keeps what is good already, whatever its reason says", () => {
    const present = {
      reason: `it's "$HOME" that fails`,
      guards: ["ci" as const],
      until: "2026-03-01T01:00:00Z",
    };
    expect(settingsAfter(breakGlassCommand("prod", "backup", present, now)).breakGlass).to.deep.equal({
      ...present,
      guards: ["ci", "backup"],
    });
    const both = { ...present, guards: ["ci" as const, "backup" as const] };
    expect(settingsAfter(breakGlassCommand("prod", "backup", both, now)).breakGlass).to.deep.equal(both);
  });
});
