import { expect } from "chai";
import type { Plan } from "../../assessment/plan";
import { harmlessReason } from "../../review/commitMessage";
import { oneTimeSettings, proposedBranch, proposedText, saysAlready } from "../../review/proposal";
import { publicationOf, stackText } from "./proposals";

const file = { branch: "main", commit: "c0", path: "Pulumi.prod.yaml", text: stackText };

describe("the stack file of a proposal", () => {
  const proposal = publicationOf(file).proposal;
  const text = (from: string, more: Partial<Plan> = {}) =>
    proposedText(from, "knowngood", { ...proposal, plan: { ...proposal.plan, ...more } }, file.path);

  it("never has an acknowledgement that was not there", () => {
    expect(text(stackText)).not.to.contain("acknowledge");
    expect(text(`${stackText}  knowngood:acknowledge: abcdefabcdef\n`)).to.contain(
      "acknowledge: abcdefabcdef",
    );
  });

  it("quarantines what is left, once, and not on the way forward", () => {
    const once = text(stackText);
    expect(text(once)).to.equal(once);
    expect(text(stackText, { leaves: [] })).to.equal(
      `${stackText.replace("imageTag: v3 #", "imageTag: v2 #")}  knowngood:record:\n    reason: orders fail since v3\n`,
    );
    expect(text("config:\n  knowngood:imageTag: v3\n")).to.equal(
      "config:\n  knowngood:imageTag: v2\n  knowngood:quarantine:\n    - tag: v3\n      reason: orders fail since v3\n" +
        "  knowngood:record:\n    reason: orders fail since v3\n",
    );
  });

  it("has no step-down that was for another change, and one that a reviewer adds says the same", () => {
    const left = `${stackText}  knowngood:stepDown: "3"\n`;
    expect(text(left)).to.equal(text(stackText));
    const added = `${text(stackText)}  knowngood:stepDown: "3"\n`;
    expect(saysAlready(added, "knowngood", proposal, file.path)).to.equal(true);
    expect(saysAlready(stackText, "knowngood", proposal, file.path)).to.equal(false);
  });

  it("keeps a step-down where the file names the target already, since it is for that", () => {
    const own = text(stackText).concat('  knowngood:stepDown: "3"\n');
    expect(text(own)).to.equal(own);
    expect(oneTimeSettings(own, "knowngood")).to.deep.equal(["knowngood:stepDown"]);
    expect(
      oneTimeSettings(`${stackText}  knowngood:retry: {tag: v2, reason: x}\n`, "knowngood"),
    ).to.deep.equal(["knowngood:retry"]);
    expect(oneTimeSettings(stackText, "knowngood")).to.deep.equal([]);
  });

  it("has a reason whose commit commands nothing", () => {
    expect(
      harmlessReason(
        "[skip ci] fixes #3, GH-4, https://github.com/acme/shop/issues/5 @acme/all\nSigned-off-by : x",
      ),
    ).to.equal(
      "(skip ci) fixes no. 3, GH 4, https: //github.com/acme/shop/issues/5 (at)acme/all\n- Signed-off-by : x",
    );
    expect(harmlessReason("orders fail since v3")).to.equal("orders fail since v3");
  });

  it("lies on a branch that is always the same, and a good name for one", () => {
    expect(proposedBranch("shop/prod", "v1.4.2")).to.equal("knowngood/shop/prod/v1.4.2");
    expect(proposedBranch("acme/shop/eu west", "a..b.lock")).to.match(
      /^knowngood\/acme\/shop\/eu-west-[0-9a-f]{8}\/a\.b--[0-9a-f]{8}$/,
    );
  });

  it("lies on a branch of its own for every stack, project and release", () => {
    const pairs = [
      ["shop/prod", "v1"],
      ["other/prod", "v1"],
      ["shop/prod-v1", "v1"],
      ["shop/prod", "v1-v1"],
      ["shop/prod", "v1 v1"],
      ["shop/prod", "v1+v1"],
    ];
    const names = pairs.map(([stack = "", tag = ""]) => proposedBranch(stack, tag));
    expect(new Set(names).size).to.equal(pairs.length);
  });
});
