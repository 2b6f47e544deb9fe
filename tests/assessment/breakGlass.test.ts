import { expect } from "chai";
import { announcement, headline } from "../../assessment/announcement";
import { assess, type AssessmentQuestion } from "../../assessment/assessment";
import type { BackupPlan } from "../../assessment/backupPlan";
import type { DiskEvidence } from "../../assessment/diskEvidence";
import { gatesSet } from "../../assessment/breakGlass";
import { refusalTexts } from "../../assessment/refusal";
import type { SchemaEvidence } from "../../assessment/schemaEvidence";
import type { Breakable } from "../../settings/guardNames";
import { release, serviceInState, stateOf } from "../history/states";
import { settingsOf } from "../settings/stack";
import { good } from "../settings/wrongRows";
import { judgementOf, quiet, surveyOf, usual } from "./evidence";
import { back, forward, renamed, reportOf } from "./judgedStack";

const v1 = release("v1", 1, { api: "a" });
const v2 = release("v2", 2, { api: "b" });
const until = "2026-03-01T00:00:01.000Z";
const glass = (...guards: Breakable[]) => ({ breakGlass: { reason: "payments fail", guards, until } });

/** Forward from v1 to v2, which is quarantined, on a stack that is on hold, without CI. */
const of = (more: Partial<AssessmentQuestion> = {}) =>
  assess({
    ...usual,
    target: v2,
    services: ["api"],
    survey: surveyOf(v1, v2),
    hold: "the data is looked at",
    quarantine: [{ tag: "v2", reason: "loses orders" }],
    gates: { commands: ["smoke", "scan"], errorRate: ["error rate"], hooks: ["drain"] },
    evidence: {
      ...quiet,
      state: stateOf(...serviceInState("api", "a", "v1", "v1")),
      ci: { verdict: "failed", found: "build did not pass" },
    },
    ...more,
  });
const guardsOf = (assessment: ReturnType<typeof of>) => assessment.refusals.map(({ guard }) => guard);

describe("break-glass", () => {
  it("goes on without the guards that it names, and no other", () => {
    expect(guardsOf(of())).to.deep.equal(["hold", "quarantine", "ci"]);
    expect(guardsOf(of(glass("ci")))).to.deep.equal(["hold", "quarantine"]);
    expect(guardsOf(of(glass("ci", "hold", "quarantine")))).to.deep.equal([]);
  });

  it("breaks no guard that has nothing to go on with", () => {
    const evidence = { ...quiet, images: { api: "nowhere" as const } };
    const all = glass("hold", "quarantine", "ci", "schema", "horizon", "backup", "disk", "byHand");
    expect(guardsOf(of({ ...all, evidence }))).to.deep.equal(["image"]);
  });

  it("goes past a full disk, a rollback's images that don't fit, and what was made by hand", () => {
    const filesystem = { name: "/", used: 97e9, free: 3e9 };
    const disk: DiskEvidence = {
      disks: [{ of: ["engine"], filesystem }],
      ...{ unknown: [], use: [], removable: undefined, backupsBeside: false },
      pull: { least: 4e9, usual: 12e9, references: ["registry/api@sha256:a"] },
    };
    const byHand = { service: "api", digests: [], release: undefined, since: "2026-02-03T00:00:00Z" };
    const strays = [{ id: "c9", name: "shop-api", byHand }];
    const up = (runs: "a" | "b", target: typeof v1, ...guards: Breakable[]) => {
      const state = stateOf(...serviceInState("api", runs, runs === "a" ? "v1" : "v2", "v1"));
      const evidence = { ...quiet, state, disk, strays: runs === "a" ? strays : [] };
      return guardsOf(of({ ...glass(...guards), hold: undefined, quarantine: [], target, evidence }));
    };
    expect(up("a", v2, "ci")).to.deep.equal(["byHand", "disk"]);
    expect(up("a", v2, "disk")).to.deep.equal(["byHand"]);
    expect(up("a", v2, "byHand")).to.deep.equal(["disk"]);
    expect(up("a", v2, "disk", "byHand")).to.deep.equal([]);
    expect(up("b", v1, "ci")).to.deep.equal(["disk"]);
    expect(up("b", v1, "disk")).to.deep.equal([]);
  });

  it("holds until its time, and does nothing from then on but warn", () => {
    const at = (now: string) => of({ ...glass("ci", "hold", "quarantine"), now });
    expect(guardsOf(at("2026-03-01T00:00:00.999Z"))).to.deep.equal([]);
    const late = at(until);
    expect(guardsOf(late)).to.deep.equal(["hold", "quarantine", "ci"]);
    expect(late.breakGlass).to.equal(undefined);
    expect(late.warnings).to.include(
      `The setting breakGlass does nothing any more: it was good until ${until}. ` +
        "To remove it: pulumi config rm breakGlass --stack prod",
    );
    const offset = { ...glass("ci").breakGlass, until: "2026-03-01T01:00:00+01:00" };
    expect(of({ breakGlass: offset }).breakGlass).to.equal(undefined);
  });

  it("is good for seven days at most, and does nothing but warn where it is written for longer", () => {
    const to = (end: string) =>
      of({ breakGlass: { ...glass("ci", "hold", "quarantine").breakGlass, until: end } });
    expect(guardsOf(to("2026-03-08T00:00:00.000Z"))).to.deep.equal([]);
    const far = to("2026-03-08T01:00:00.001+01:00");
    expect(guardsOf(far)).to.deep.equal(["hold", "quarantine", "ci"]);
    expect([far.breakGlass, far.owed]).to.deep.equal([undefined, undefined]);
    expect(far.warnings).to.include(
      "The setting breakGlass does nothing: 2026-03-08T01:00:00.001+01:00 is more than 7 days ahead. " +
        "The latest `until` that it can be written with now is 2026-03-08T00:00:00.000Z; " +
        "to remove it: pulumi config rm breakGlass --stack prod",
    );
  });

  it("stands above the preview: why, what was found, what was not needed, and what is owed", () => {
    const assessment = of(glass("ci", "hold", "quarantine", "commands", "backup", "errorRate", "hooks"));
    expect(announcement("shop/prod", assessment).split("\n").slice(0, 11)).to.deep.equal([
      `<{%fg 1%}>BREAK-GLASS until ${until}: payments fail<{%reset%}>`,
      "<{%fg 1%}>  without ci: CI did not pass for v2: build did not pass. Go on with a release that passed, or run it again until it does.<{%reset%}>",
      "<{%fg 1%}>  without hold: The stack is on hold, so nothing is deployed in any direction: the data is looked at<{%reset%}>",
      "<{%fg 1%}>  without quarantine: v2 is quarantined by the settings: loses orders.<{%reset%}>",
      "<{%fg 1%}>  without the command gates smoke, scan<{%reset%}>",
      "<{%fg 1%}>  without the gate of the error rate<{%reset%}>",
      "<{%fg 1%}>  without the hooks drain<{%reset%}>",
      "  not needed: backup; nothing is refused or asked there",
      "  the health gate is asked as always",
      "  owed afterwards is the proper run: pulumi config rm breakGlass --stack prod && pulumi up --stack prod",
      "shop/prod: forward from v1 to v2",
    ]);
    expect(headline("shop/prod", assessment).split("\n")).to.deep.equal([
      "<{%fg 1%}>BREAK-GLASS without ci, hold, quarantine, commands, errorRate, hooks: payments fail<{%reset%}>",
      "shop/prod: forward from v1 to v2",
      "  owed afterwards is the proper run of v2: pulumi config rm breakGlass --stack prod && pulumi up --stack prod",
    ]);
  });

  it("that breaks nothing owes nothing, and says that it was not needed", () => {
    const assessment = of({
      ...glass("backup", "commands"),
      gates: usual.gates,
      hold: undefined,
      quarantine: [],
      evidence: { ...quiet, state: stateOf(...serviceInState("api", "a", "v1", "v1")) },
    });
    expect(assessment.owed).to.equal(undefined);
    expect(announcement("shop/prod", assessment).split("\n").slice(0, 3)).to.deep.equal([
      `break-glass until ${until} has nothing to do: payments fail`,
      "  not needed: backup, commands; nothing is refused or asked there",
      "shop/prod: forward from v1 to v2",
    ]);
    expect(headline("shop/prod", assessment)).to.equal("shop/prod: forward from v1 to v2");
  });

  it("knows the gates of the settings by their names", () => {
    const hook = (name: string) => ({ name, command: ["true"] });
    const gates = {
      commands: { smoke: { command: ["true"] } },
      errorRate: { url: "http://p", errors: "e[$window]", requests: "r[$window]" },
    };
    const hooks = { before: [hook("drain")], after: [hook("warm")] };
    expect(gatesSet(settingsOf({ ...good, gates, hooks }))).to.deep.equal({
      commands: ["smoke"],
      errorRate: ["error rate"],
      hooks: ["drain", "warm"],
    });
    expect(gatesSet(settingsOf(good))).to.deep.equal({ commands: [], errorRate: [], hooks: [] });
  });

  describe("of the schema", () => {
    it("goes on as if acknowledged, for the guard that is named alone", () => {
      expect(guardsOf(back({}, glass("schema")))).to.deep.equal([]);
      const guards = { ...usual.guards, horizon: true };
      const both = { judgement: judgementOf(renamed) };
      expect(guardsOf(forward(both, { guards, ...glass("schema") }))).to.deep.equal(["horizon", "horizon"]);
      expect(refusalTexts(forward(both, { guards, ...glass("horizon") }).refusals)).to.have.length(1);
      expect(guardsOf(forward(both, { guards, ...glass("schema", "horizon") }))).to.deep.equal([]);
    });

    it("takes no step-down unseen", () => {
      const stepping = back(
        {
          decision: { kind: "step", version: "3" },
          stepDown: {
            ...{ version: "3", name: "m3", verdict: "lossy", losses: [], stays: [] },
            ...{ reason: "Because.", confirmed: true, checks: { empty: [] } },
          },
        },
        glass("schema", "horizon"),
      );
      expect(guardsOf(stepping)).to.deep.equal(["stepDown", "stepDown"]);
    });

    it("goes on without a backup once the assessment was acknowledged, and makes one where it can", () => {
      const backup = { reason: "it loses data", mayLose: true };
      const closed = { ...backup, obstacle: { kind: "space" as const, text: "No space." } };
      const unseen = forward({ backup: closed }, glass("backup"));
      const { fingerprint } = reportOf(unseen);
      expect(guardsOf(unseen)).to.deep.equal(["backup"]);
      expect(unseen.breakGlass).to.deep.include({ broken: [], idle: [] });
      expect(refusalTexts(unseen.refusals)[0]?.split("\n").slice(1, 3)).to.deep.equal([
        "To go without one this time, once what is assessed above was looked at:",
        `  pulumi config set acknowledge ${fingerprint} --stack prod`,
      ]);
      const seen = forward({ backup: closed }, { ...glass("backup"), acknowledge: fingerprint });
      expect([guardsOf(seen), seen.schema?.backup]).to.deep.equal([[], undefined]);
      const acknowledged = forward({ backup: closed }, { acknowledge: fingerprint });
      expect(guardsOf(acknowledged)).to.deep.equal(["backup"]);
      const possible = forward({ backup }, { ...glass("backup"), acknowledge: fingerprint });
      expect(possible.schema?.backup).to.deep.equal(backup);
      expect(possible.breakGlass?.idle).to.deep.equal(["backup"]);
    });

    it("takes no acknowledgement of other migrations for a look at what goes without a backup", () => {
      const obstacle = { kind: "folder" as const, text: "No folder." };
      const backup: BackupPlan = { reason: "they are destructive", mayLose: true, obstacle };
      const applying = (versions: string[], more: Partial<SchemaEvidence> = {}) => ({
        pending: versions.map((version) => ({ version, name: `m${version}`, sha256: version.repeat(64) })),
        ...{ standings: [], judgement: judgementOf(), backup },
        ...more,
      });
      for (const go of [forward, back]) {
        const refused = (schema: Partial<SchemaEvidence>, acknowledge: string) =>
          guardsOf(go(schema, { ...glass("backup"), acknowledge }));
        const three = reportOf(go(applying(["3"]))).fingerprint;
        expect(refused(applying(["3"]), three)).to.deep.equal([]);
        for (const other of [
          applying(["2", "3"]),
          applying(["3"], { backup: { ...backup, destroys: ["orders"] } }),
          applying(["3"], { pending: [{ version: "3", name: "m3", sha256: "4".repeat(64) }] }),
        ]) {
          expect(refused(other, three)).to.deep.equal(["backup"]);
        }
        const nothing = reportOf(go({ pending: [], standings: [], judgement: judgementOf() })).fingerprint;
        expect(refused(applying(["3"]), nothing)).to.deep.equal(["backup"]);
      }
    });
  });
});
