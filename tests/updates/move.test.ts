import { expect } from "chai";
import type { Refusal } from "../../assessment/refusal";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { schemaRefusals } from "../../assessment/schemaPolicy";
import { breakGlassFor } from "../../updates/breakGlassFor";
import { commandLine, settingsOf } from "../../updates/moveOptions";
import { planText, question, type ToldMove } from "../../updates/moveReport";
import { refusedText } from "../../updates/refusedText";
import { isStaleReason, usualSeconds } from "../../updates/usualTime";
import { plan } from "./plan";

const told = (more: Partial<ToldMove> = {}): ToldMove => ({
  ...{
    command: "rollback",
    stack: "prod",
    tag: "v1",
    options: {},
    plan: plan(),
    usual: undefined,
    glass: undefined,
  },
  ...more,
});

describe("settings of a move", () => {
  it("are the tag, and what is said of this move; a step-down that nobody asks for is taken out", () => {
    expect(settingsOf("v1", {}, undefined, false)).to.deep.equal({ imageTag: "v1", stepDown: undefined });
    const all = { reason: "why", stepDown: "2026", acknowledge: "abc", retry: "again" };
    const glass = { reason: "r", guards: ["ci" as const], until: "2026-01-01T00:00:00Z" };
    expect(settingsOf("v1", all, glass, true)).to.deep.equal({
      imageTag: "v1",
      stepDown: "2026",
      acknowledge: "abc",
      retry: { tag: "v1", reason: "again" },
      breakGlass: glass,
      "record.reason": "why",
    });
  });

  it("lose a reason that was that of an earlier change", () => {
    expect(settingsOf("v1", {}, undefined, true)).to.have.property("record.reason", undefined);
    const records = [{ reason: "payments fail" }] as ReleaseRecord[];
    expect(isStaleReason("payments fail", records)).to.equal(true);
    expect(isStaleReason("another", records)).to.equal(false);
    expect(isStaleReason(undefined, [{} as ReleaseRecord])).to.equal(false);
  });
});

describe("the reason of a second try", () => {
  it("is that of the change, where no other is given", () => {
    expect(settingsOf("v2", { retry: "net" }, undefined, true)).to.have.property("record.reason", "net");
    expect(settingsOf("v2", { retry: "net", reason: "r" }, undefined, true)).to.have.property(
      "record.reason",
      "r",
    );
  });
});

describe("break-glass of a command", () => {
  const now = new Date("2026-11-21T20:00:00.500Z");
  const refusals = (...guards: Refusal["guard"][]): Refusal[] =>
    guards.map((guard) => ({ guard, text: "no" }));

  it("goes without the guards that refuse and can be broken, or without those named, for four hours", () => {
    const until = "2026-11-22T00:00:00Z";
    expect(breakGlassFor("r", { refusals: refusals("image", "disk", "hold", "disk"), now })).to.deep.equal({
      reason: "r",
      guards: ["hold", "disk"],
      until,
    });
    expect(breakGlassFor("r", { without: ["hooks"], refusals: refusals("hold"), now })?.guards).to.deep.equal(
      ["hooks"],
    );
    expect(breakGlassFor("r", { refusals: refusals("image"), now })).to.equal(undefined);
  });

  it("goes on without what the stack file has broken, too, as long as that is good", () => {
    const standing = (until: string) => ({ reason: "s", guards: ["ci" as const, "hold" as const], until });
    const glass = (until: string) =>
      breakGlassFor("r", { refusals: refusals("hold", "disk"), standing: standing(until), now });
    const both = { reason: "r; and, by the stack file, s", guards: ["ci", "hold", "disk"] };
    expect(glass("2026-11-21T20:00:01Z")).to.deep.equal({ ...both, until: "2026-11-22T00:00:00Z" });
    expect(glass("2026-11-23T00:00:00Z")).to.deep.equal({ ...both, until: "2026-11-23T00:00:00Z" });
    expect(glass("2026-11-21T20:00:00Z")?.guards).to.deep.equal(["hold", "disk"]);
  });
});

describe("what refuses a move", () => {
  const asked = { command: "rollback" as const, stack: "prod", tag: "v2", options: { reason: "it's down" } };

  it("is answered by the options of the command, as the program's own guards word it", () => {
    const refusals = schemaRefusals({
      ...{ stack: "prod", direction: "rollback", target: "v2", verdict: "breaking", allowed: "conditional" },
      ...{
        closed: [],
        guardsHorizon: false,
        fingerprint: "17648dd272af",
        acknowledge: undefined,
        changes: undefined,
      },
      wayDown: { label: "20260501090000_drop_amount", version: "20260501090000", loses: undefined },
    });
    const text = refusedText(refusals, asked);
    expect(text).to.contain(
      `which loses nothing: npx knowngood rollback v2 --stack prod --step-down 20260501090000 --reason 'it'\\''s down'`,
    );
    expect(text).to.contain(": npx knowngood rollback v2 --stack prod --acknowledge 17648dd272af --reason");
    expect(text).to.contain(
      "To go on without schema, which is recorded and owed a proper run: npx knowngood rollback",
    );
    expect(text).not.to.contain("pulumi");
    const qualified = refusedText(refusals, { ...asked, stack: "acme/shop/prod" });
    expect(qualified).to.contain(
      "npx knowngood rollback v2 --stack acme/shop/prod --acknowledge 17648dd272af",
    );
    expect(qualified).not.to.contain("pulumi");
  });

  it("keeps what this command has no option for, and offers no break-glass where it can't help or was used", () => {
    const hold = "Once that is settled: pulumi config rm hold --stack prod";
    const refused = [{ guard: "hold" as const, text: hold }];
    const used = { ...asked, options: { breakGlass: "why" } };
    expect(refusedText(refused, asked)).to.contain(hold).and.to.contain("--break-glass WHY");
    expect(refusedText(refused, used)).not.to.contain("To go on without");
    expect(refusedText([{ guard: "image", text: "gone" }], asked)).not.to.contain("--break-glass");
  });

  it("takes the step-down out of the command where the answer is to leave the schema", () => {
    const text = "leave the schema as it is: pulumi config rm stepDown --stack prod";
    const stepping = { ...asked, options: { stepDown: "2026" } };
    expect(refusedText([{ guard: "stepDown", text }], stepping)).to.contain(
      "leave the schema as it is: npx knowngood rollback v2 --stack prod",
    );
    expect(refusedText([{ guard: "stepDown", text }], stepping)).not.to.contain("--step-down");
  });
});

describe("a command as it is typed", () => {
  it("quotes for the shell what is not plain", () => {
    const options = { retry: "net", breakGlass: "it's down", without: ["ci", "hooks"] as const };
    expect(commandLine("deploy", { stack: "prod", tag: "v3", options })).to.equal(
      "npx knowngood deploy v3 --stack prod --retry net --break-glass 'it'\\''s down' --without ci,hooks",
    );
  });

  it("has every option that the command takes, and no other", () => {
    const options = {
      ...{ retry: "net", after: "staging", stepDown: "1", acknowledge: "a", reason: "x y" },
    } as const;
    const how = { commit: true, json: true, takeLock: true, yes: true } as const;
    const typed = {
      stack: ["eu", "my stack"],
      tag: "v1",
      all: true,
      parallel: 3,
      options: { ...options, ...how },
    };
    const stacks = "v1 --stack eu --stack 'my stack' --all --parallel 3";
    const rest = "--reason 'x y' --commit --json --take-lock --yes";
    expect(commandLine("rollback", typed)).to.equal(
      `npx knowngood rollback ${stacks} --step-down 1 --acknowledge a ${rest}`,
    );
    expect(commandLine("deploy", typed)).to.equal(
      `npx knowngood deploy ${stacks} --after staging --acknowledge a --retry net ${rest}`,
    );
  });
});

describe("how long a move usually takes", () => {
  const record = (seconds: number, more: Partial<ReleaseRecord> = {}) =>
    ({ direction: "rollback", outcome: "passed", seconds, ...more }) as ReleaseRecord;

  it("is the median of the last five of its direction that passed", () => {
    const records = [100, 1, 5, 4, 3, 2].map((seconds) => record(seconds));
    const others = [record(900, { outcome: "failed" }), record(900, { direction: "forward" })];
    expect(usualSeconds([...records, ...others], "rollback")).to.equal(3);
    expect(usualSeconds(records, "forward")).to.equal(undefined);
  });
});

describe("what is asked before a move", () => {
  it("is yes or no, and the tag on a protected stack", () => {
    expect(question([told()])).to.deep.equal({ message: "Roll back to v1 on prod?" });
    expect(question([told({ command: "deploy", plan: plan({ protected: true }) })])).to.deep.equal({
      message: "Deploy v1 on prod?",
      typed: "v1",
    });
    const two = [told({ plan: plan({ protected: true }) }), told({ stack: "eu", tag: "v0" })];
    expect(question(two).typed).to.equal("2 stacks");
  });

  it("stands below the plan with its warnings and the usual time", () => {
    const glass = { reason: "r", guards: ["hold" as const], until: "U" };
    expect(planText(told({ plan: plan({ warnings: ["w"] }), usual: 11.6, glass })).split("\n")).to.deep.equal(
      [
        "shop/prod: rollback from v2 to v1",
        "warning: w",
        "  a rollback usually takes 12 s here, once it is assessed",
        "  break-glass goes on without hold, for this move alone and until U at most",
      ],
    );
    expect(planText(told())).to.contain("no rollback has passed here yet");
    expect(planText(told({ plan: plan({ direction: "same" }), usual: 47 })).split("\n")).to.deep.equal([
      "shop/prod: rollback from v2 to v1",
      "  v1 runs already: the up only puts right what differs",
    ]);
  });
});
