import { expect } from "chai";
import { tellEnd } from "../../cli/review";
import type { UpEnded } from "../../updates/up";

describe("what a reviewed deployment ends with that did not come to its end", () => {
  const said = (more: Partial<UpEnded>): string => {
    try {
      tellEnd({ text: "", seconds: 1, ...more } as UpEnded, "prod", "v1");
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return "";
  };

  it("says where it stopped, and that services may be down", () => {
    expect(said({ end: "passed" })).to.equal("");
    expect(said({ end: "interrupted", by: "us" })).to.equal(
      "Interrupted: Interrupted. It stopped; nothing that runs was changed, and the stack file says v1. To go on, run this again.",
    );
    expect(said({ end: "failed", why: "No space.", reached: "services", cut: "killed" })).to.equal(
      "Error: No space.\nIt stopped at services, and what was under way was cut off. The stack file says v1, and services may be " +
        "down until v1 is tried again. To look: npx knowngood status --stack prod. A killed update leaves its lock: " +
        "pulumi cancel --yes --stack prod takes it away, once nothing of it runs any more. To try again, run this again.",
    );
  });
});
