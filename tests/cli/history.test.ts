import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyText, outcomeText } from "../../cli/historyText";
import { absolute, ago, took } from "../../history/times";
import type { Deployment } from "../../history/deployments";
import type { StackHistory } from "../../history/readHistory";
import { digest } from "../history/states";
import { runWith } from "./runWith";

const now = "2026-03-01T12:00:00.000Z";
const gate = (name: string, outcome: Deployment["gates"][number]["outcome"]) => ({
  ...{ name, outcome },
  startedAt: "2026-03-01T11:00:00.000Z",
  endedAt: "2026-03-01T11:00:05.000Z",
});
const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  id: "20260301T110002.123Z-0a1b2c3d",
  kind: "update",
  tag: "v2",
  direction: "forward",
  from: {
    tag: "v1",
    services: { api: { tag: "v1", digest: digest("a") }, web: { tag: "v1", digest: digest("c") } },
  },
  services: { api: { tag: "v2", digest: digest("b") }, web: { tag: "v2", digest: digest("c") } },
  outcome: "passed",
  changed: true,
  gates: [gate("api health", "passed")],
  startedAt: "2026-03-01T11:00:00.000Z",
  endedAt: "2026-03-01T11:00:09.260Z",
  seconds: 9.26,
  by: { name: "anna", host: "laptop" },
  reason: "new\nprices",
  known: { pulumi: true, record: true },
  ...more,
});
const service = (tag: string) => ({
  ...{ service: "api", tag, createdAs: tag, digest: digest("b"), containerId: "x" },
});
const history = (deployments: Deployment[], more: Partial<StackHistory> = {}): StackHistory => ({
  stack: "prod",
  label: "shop/prod",
  standing: {
    running: { tag: "v2", services: [service("v2")] },
    knownGood: [],
    quarantined: new Set(),
    failed: new Set(),
    lastKnownGood: { tag: "v1", passedAt: "2026-02-26T12:00:00.000Z" },
  },
  deployments,
  problems: [],
  ...more,
});
const lines = (...of: Parameters<typeof history>) => historyText(history(...of), now).split("\n");

describe("a history for people", () => {
  it("says where the stack stands, and has a row for each update", () => {
    const bare = deployment({ id: "20260226T110000Z", tag: "v1", lastKnownGood: true, services: {} });
    for (const key of ["direction", "from", "by", "reason", "seconds"] as const) delete bare[key];
    expect(lines([deployment({ runs: true }), bare])).to.deep.equal([
      "shop/prod: v2 runs; last known-good: v1, its gates passed 3 days ago",
      "ID               RELEASE               DIGEST        MOVE     OUTCOME  WHEN                            TOOK   WHO   REASON",
      "20260301T110002  v2 (running)          bbbbbbbbbbbb  forward  passed   2026-03-01 11:00:00Z (1 h ago)  9.3 s  anna  new prices",
      "20260226T110000  v1 (last known-good)  -             update   passed   2026-03-01 11:00:00Z (1 h ago)  -      -     -",
    ]);
  });

  it("tells the two ways of a drill from changes of release", () => {
    const drilled = (way: "out" | "back") =>
      lines([deployment({ direction: "rollback", drill: { id: "d1", way } })])[2];
    expect(drilled("out")).to.match(/ drill out +passed /);
    expect(drilled("back")).to.match(/ drill back +passed /);
  });

  it("says so where a mix or nothing runs, nothing else is good, or nobody knows", () => {
    const standing = (more: Partial<NonNullable<StackHistory["standing"]>>) =>
      lines([], { standing: { ...history([]).standing, ...more } as StackHistory["standing"] })[0];
    const mix = { tag: undefined, services: [service("v1"), { ...service("v2"), service: "web" }] };
    expect(standing({ running: mix })).to.contain("shop/prod: a mix runs (api v1, web v2); ");
    expect(standing({ running: { tag: undefined, services: [] } })).to.contain("nothing runs");
    expect(standing({ lastKnownGood: undefined })).to.equal(
      "shop/prod: v2 runs; no other release is known good",
    );
    expect(lines([], { standing: undefined })).to.deep.equal([
      "shop/prod: what runs is not known",
      "No update of it is known.",
    ]);
  });

  it("shows the digest of what changed, else the first of all, and how many more", () => {
    const cell = (more: Partial<Deployment>) => lines([deployment(more)])[2]?.split(/ {2,}/)[2];
    expect(cell({})).to.equal("b".repeat(12));
    const same = {
      services: { api: { tag: "v1", digest: digest("a") }, web: { tag: "v1", digest: digest("c") } },
    };
    expect(cell(same)).to.equal(`${"a".repeat(12)} +1`);
  });

  it("says how an update ended, and at what", () => {
    const words = (more: Partial<Deployment>) => outcomeText(deployment(more));
    expect(words({})).to.equal("passed");
    expect(words({ kind: "refresh" })).to.equal("done");
    expect(words({ breakGlass: { reason: "x", guards: ["ci", "hooks"] } })).to.equal(
      "passed, without ci, hooks",
    );
    const failed = { outcome: "failed" } as const;
    const gates = [
      gate("web health", "passed"),
      gate("api health", "failed"),
      gate("smoke command", "error"),
    ];
    expect(words({ ...failed, gates })).to.equal("failed: api health +1");
    expect(words({ ...failed, gates: gates.slice(2) })).to.equal("failed: smoke command (error)");
    expect(words({ ...failed, stoppedAt: { step: "schema", open: ["migrations"] } })).to.equal(
      "failed at schema",
    );
    expect([words(failed), words({ ...failed, changed: false })]).to.deep.equal([
      "failed",
      "failed, nothing changed",
    ]);
    expect(words({ outcome: "unfinished" })).to.equal("did not come to its end");
    expect(words({ outcome: "under way" })).to.equal("under way");
  });

  it("lets nothing that somebody wrote steer the terminal or break a row", () => {
    const [, , row] = lines([deployment({ reason: `\u001b[2Jgone\r\n${"x".repeat(100)}` })]);
    expect(row).to.match(/ {2}gone x{54}…$/);
  });
});

describe("times for people", () => {
  it("are in one unit, on both sides of each limit", () => {
    const before = (seconds: number) =>
      ago(new Date(Date.parse(now) - seconds * 1000).toISOString(), new Date(now));
    const day = 24 * 3600;
    const limits = [-5, 59, 60, 3599, 3600, 2 * day - 1, 2 * day];
    expect(limits.map(before)).to.deep.equal([
      ...["just now", "just now", "1 min ago", "59 min ago", "1 h ago", "47 h ago", "2 days ago"],
    ]);
    expect([absolute("2026-03-01T11:00:00.123Z"), absolute("2026-03-01T11:00:00Z")]).to.deep.equal([
      "2026-03-01 11:00:00Z",
      "2026-03-01 11:00:00Z",
    ]);
    expect([0, 9.26, 9.99, 10.4, 59.6, 3599, 3600, 7860].map(took)).to.deep.equal([
      ...["0 s", "9.3 s", "10 s", "10 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "2 h 11 min"],
    ]);
  });
});

describe("history and logs, on the command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-history-"));
    mkdirSync(join(folder, "empty"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const knowngood = async (...words: string[]) => {
    const { code, stdout, stderr } = await runWith(folder, words, { env: { PATH: join(folder, "empty") } });
    return { code, stdout, told: stderr.split("\n")[0] };
  };

  it("refuse what can't be meant before anything is asked", async () => {
    for (const words of [
      ["history", "--limit", "0"],
      ["history", "--stack", "prod", "--all-stacks"],
      ["logs", "--tail", "-1"],
      ["logs", "--since", "yesterday"],
    ]) {
      const { code, stdout, told } = await knowngood(...words);
      expect([code, stdout], `${words.join(" ")}: ${told}`).to.deep.equal([2, ""]);
    }
  });

  it("say that Pulumi is missing, with what to type", async () => {
    for (const words of [
      ["history", "--all-stacks"],
      ["logs", "--since", "1h30m", "--tail", "all"],
    ]) {
      const { code, told } = await knowngood(...words);
      expect([code, told?.includes("there is no pulumi on PATH; to have it: eval ")], told).to.deep.equal([
        4,
        true,
      ]);
    }
  });
});
