import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepCards } from "../../card/leave";
import { quoted } from "../../components/ownCommand";
import { cards } from "../card/cards";
import { runWith } from "./runWith";

describe("card, where the state is out of reach", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-card-"));
    mkdirSync(join(folder, "empty"));
    env = { PATH: join(folder, "empty"), NO_COLOR: "1" };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const card = (...words: string[]) => runWith(folder, ["card", ...words], { env });
  const setUp = join(__dirname, "..", "..", "toolchain", "setup.mjs");
  const missing = `there is no pulumi on PATH; to have it: eval "$(node ${quoted(setUp)} --env)"`;
  const kept = join(".knowngood", "card", "shop-prod.json");

  it("prints the one that the last good up left in a file, and says so", async () => {
    const both = cards();
    keepCards(join(folder, ".knowngood"), both);
    const back = await card("--stack", "acme/shop/prod");
    expect([back.code, back.stdout]).to.deep.equal([0, both.lastKnownGood?.script]);
    expect(back.stderr.trim().split("\n")).to.deep.equal([
      `warning: The stack's state could not be asked (${missing}). This is of the file ${kept}`,
      "warning: This is the card of v1; v2 ran then. If a newer release runs now: --tag v2",
    ]);
    const own = await card("--stack", "prod", "--tag", "v2");
    expect([own.code, own.stdout]).to.deep.equal([0, both.present?.script]);
    expect((await card("--stack", "prod", "--tag", "v9")).code).to.equal(2);
  });

  it("fails where there is none, or it is not clear which is meant", async () => {
    const none = await card();
    expect([none.code, none.stdout]).to.deep.equal([1, ""]);
    expect(none.stderr).to.contain(
      "and no card lies in .knowngood/card. It is on the machine that ran the last `up`",
    );
    keepCards(join(folder, "kept"), cards());
    keepCards(join(folder, "kept"), cards({}, {}, { stack: "shop/test" }));
    const several = await card("--records", "kept");
    expect(several.stderr).to.contain(
      "they are of shop/prod, shop/test. Name the stack: npx knowngood card --stack prod",
    );
    expect((await card("--records", "kept", "--stack", "test")).code).to.equal(0);
    const selected = { env: { ...env, PULUMI_STACK: "test" } };
    expect((await runWith(folder, ["card", "--records", "kept"], selected)).code).to.equal(0);
    const other = { env: { ...env, PULUMI_STACK: "dev" } };
    expect((await runWith(folder, ["card", "--records", "kept"], other)).code).to.equal(1);
    expect((await card("--records", "kept", "--stack", "acme/blog/test")).code).to.equal(1);
    keepCards(join(folder, "kept"), cards({}, {}, { stack: "blog/test" }));
    expect((await card("--records", "kept", "--stack", "test")).code).to.equal(1);
    expect((await card("--records", "kept", "--stack", "blog/test")).code).to.equal(0);
  });

  it("prints no other stack's, though it is the only one", async () => {
    keepCards(join(folder, ".knowngood"), cards());
    const unsaid = await card();
    expect([unsaid.code, unsaid.stdout]).to.deep.equal([1, ""]);
    expect(unsaid.stderr).to.contain(
      "they are of shop/prod. Name the stack: npx knowngood card --stack prod",
    );
    // The state of the selected stack, which has no card yet.
    const state = {
      version: 3,
      deployment: {
        resources: [
          { urn: "urn:pulumi:test::shop::pulumi:pulumi:Stack::shop-test", type: "pulumi:pulumi:Stack" },
        ],
      },
    };
    writeFileSync(
      join(folder, "empty", "pulumi"),
      `#!/bin/sh\ncase "$2" in output) echo '{}' ;; *) echo '${JSON.stringify(state)}' ;; esac\n`,
      { mode: 0o755 },
    );
    const other = await card();
    expect([other.code, other.stdout]).to.deep.equal([1, ""]);
    expect(other.stderr)
      .to.contain("it holds no card")
      .and.to.contain("no card of shop/test lies in .knowngood/card, only of shop/prod.");
    keepCards(join(folder, ".knowngood"), cards({}, {}, { stack: "shop/test" }));
    expect((await card()).code).to.equal(0);
  });

  it("says that nothing is known good but what runs", async () => {
    keepCards(join(folder, ".knowngood"), cards({}, { lastKnownGood: undefined }));
    const { code, stderr } = await card("--stack", "prod");
    expect(code).to.equal(1);
    expect(stderr).to.contain(
      "No release of shop/prod is known good but the one that runs. The card of what runs: npx knowngood card --tag v2",
    );
  });
});
