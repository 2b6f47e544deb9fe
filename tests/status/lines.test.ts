import { expect } from "chai";
import { judgeStatus } from "../../status/screen";
import type { Status } from "../../status/status";
import { digest } from "../history/states";
import { at, disk, held, host, schema, service, status } from "./statuses";

const lineOf = (name: string, changes: Partial<Status>) =>
  judgeStatus(status(changes))
    .lines.filter((line) => line.name === name)
    .map(({ mark, text }) => `${mark}: ${text}`);
const silent = { unknown: "no answer in 10 s" };
const missing = { container: "shop-prod-api", status: "missing", text: "missing", restarts: 0 };
const lock = { user: "bo", host: "laptop", pid: 7, since: "2026-11-21T11:00:00.000Z" };
const short = digest("b").slice(0, 19);

/** A line's name, what is changed, and what it says. */
const rows: readonly [string, Partial<Status>, ...string[]][] = [
  ["api", {}, `fine: v2 ${short}, healthy (200 in 3 ms), up since 2026-11-21 09:00:00Z (3 h ago)`],
  [
    "api",
    {
      services: [
        service({
          host: host({ restarts: 2 }),
          health: { healthy: false, text: "503: busy", milliseconds: 9 },
        }),
      ],
    },
    `wrong: v2 ${short}, NOT HEALTHY: 503: busy, up since 2026-11-21 09:00:00Z (3 h ago), 2 restarts`,
  ],
  [
    "api",
    { services: [service({ host: silent, health: silent })] },
    `unknown: v2 ${short}, health not known: no answer in 10 s`,
  ],
  [
    "api",
    {
      services: [
        service({
          host: host({ digest: digest("a"), byHand: { tag: "v1", since: "2026-11-21T11:30:00Z" } }),
        }),
      ],
    },
    `fine: v1 ${digest("a").slice(0, 19)}, started by hand 2026-11-21 11:30:00Z (30 min ago), healthy (200 in 3 ms), up since 2026-11-21 09:00:00Z (3 h ago)`,
  ],
  [
    "api",
    {
      services: [
        service({
          held: { tag: "v1", digest: digest("b"), stopped: true },
          host: host({ status: "created" }),
          health: { healthy: false, text: "its container is created" },
        }),
      ],
    },
    `wrong: v1 ${short}, left stopped on purpose: the schema is not one that it can run on`,
  ],
  ["api", { services: [service({ held: undefined })] }, "note: not deployed"],
  [
    "api",
    { services: [service({ host: host({ digest: digest("c") }) })] },
    `wrong: ${digest("c").slice(0, 19)} stands there, and not v2 ${short}, healthy (200 in 3 ms), up since 2026-11-21 09:00:00Z (3 h ago)`,
  ],
  [
    "api",
    { services: [service({ host: { ...host(), digest: undefined } as unknown as ReturnType<typeof host> })] },
    `wrong: an unknown image stands there, and not v2 ${short}, healthy (200 in 3 ms), up since 2026-11-21 09:00:00Z (3 h ago)`,
  ],
  [
    "api",
    {
      services: [
        service({
          host: { ...missing },
          health: { healthy: false, text: "its container is missing" },
        }),
      ],
    },
    `wrong: v2 ${short}, NOT HEALTHY: its container is missing`,
  ],
  ["gates", {}],
  ["gates", { held: held({ gatesFailed: true }) }],
  [
    "gates",
    { held: held({ knownGood: [] }) },
    "wrong: v2 is not known good: no up of it has passed all gates",
  ],
  [
    "gates",
    { held: held({ knownGood: [], gatesFailed: true }) },
    "wrong: v2 is not known good: its gates failed",
  ],
  [
    "gates",
    { held: held({ knownGood: [] }), begun: [{ text: "forward to v2", since: at, alive: true }] },
    "note: v2 is not known good: no up of it has passed all gates",
  ],
  ["schema", {}, "fine: head 2; nothing ahead of v2"],
  [
    "schema",
    {
      schema: schema({
        ahead: ["2", "3"],
        judged: { horizon: { oldest: "v1", verdicts: {} }, verdict: "conditional", current: true },
      }),
    },
    "fine: head 2; 2 migrations ahead of v2 (2, 3), conditional",
  ],
  [
    "schema",
    { schema: schema({ missing: ["3"] }) },
    "wrong: head 2; nothing ahead of v2; v2 needs 3, not applied",
  ],
  [
    "schema",
    { schema: schema({ problems: ["2 is dirty. Repair it."] }) },
    "wrong: head 2; nothing ahead of v2",
  ],
  [
    "schema",
    { schema: schema({ source: { recorded: "connection refused" }, down: true }) },
    "wrong: head 2; nothing ahead of v2, as the last up recorded it; connection refused",
  ],
  [
    "schema",
    { schema: schema({ source: { unknown: "its address is a secret" } }) },
    "unknown: not known: its address is a secret",
  ],
  ["schema", { schema: undefined }],
  ["horizon", {}, "fine: back to v1 (v1 conditional)"],
  [
    "horizon",
    {
      schema: schema({
        judged: { horizon: { oldest: undefined, verdicts: { v1: "breaking" } }, current: true },
      }),
    },
    "note: no known release before can run on the schema (v1 breaking)",
  ],
  [
    "horizon",
    {
      schema: schema({
        judged: { horizon: { oldest: "v1", verdicts: { v1: "compatible" } }, current: false },
      }),
    },
    "note: not known of the schema as it is now: pulumi preview judges it",
  ],
  [
    "horizon",
    { schema: schema({ judged: { horizon: { oldest: "v1", verdicts: { v1: "compatible" } } } }) },
    "fine: back to v1 (v1 compatible), as the last up judged it",
  ],
  [
    "way back",
    {},
    "fine: v1, known good 2026-11-20 12:00:00Z (24 h ago); conditional; its images are on the host",
  ],
  ["way back", { wayBack: undefined }, "note: none: v1 was good, and is quarantined or not in the catalog"],
  [
    "way back",
    { wayBack: undefined, held: held({ knownGood: [] }) },
    "note: none: no other release is known good",
  ],
  [
    "way back",
    {
      wayBack: { release: "v1", passedAt: "2026-11-20T12:00:00.000Z", missing: ["acme/api@sha256:aa"] },
      schema: undefined,
    },
    "note: v1, known good 2026-11-20 12:00:00Z (24 h ago); to be pulled first: acme/api@sha256:aa",
  ],
  [
    "way back",
    {
      schema: schema({
        judged: { horizon: { oldest: undefined, verdicts: { v1: "breaking" } }, current: true },
      }),
    },
    "note: v1, known good 2026-11-20 12:00:00Z (24 h ago); breaking, past guards.schema; its images are on the host",
  ],
  ["disk", {}, "fine: 41 % used and 59.0 GB free on the Docker host"],
  [
    "disk",
    {
      disk: {
        disks: [disk(85)],
        unknown: [{ of: "database", why: "it is another machine", asked: false }],
        backupsBeside: false,
        use: [],
      },
    },
    "wrong: 85 % used and 15.0 GB free on the Docker host; guards.disk.limit is 85 %",
    "unknown: not known of the database's host: it is another machine",
  ],
  ["disk", { disk: undefined }],
  [
    "backups",
    {},
    "fine: newest 2026-11-20 12:00:00Z (24 h ago), 12.0 MB, 3 kept; checked when it was made, not restored on this server",
  ],
  [
    "backups",
    { backups: { folder: "b", made: false, kept: 0 } },
    "note: none are made: database.backup.when is never",
  ],
  ["backups", { backups: { folder: "b", made: true, kept: 0 } }, "note: none in b yet"],
  [
    "backups",
    {
      backups: {
        folder: "b",
        made: true,
        kept: 1,
        newest: { name: "n", madeAt: at, whole: false, restoredAs: undefined },
      },
    },
    "wrong: newest 2026-11-21 12:00:00Z (just now), 1 kept; DAMAGED OR GONE",
  ],
  [
    "backups",
    {
      backups: {
        folder: "b",
        made: true,
        kept: 1,
        newest: { name: "n", madeAt: at, whole: true, restoredAs: "shop_restored_1" },
      },
    },
    "fine: newest 2026-11-21 12:00:00Z (just now), 1 kept; restored and checked as shop_restored_1",
  ],
  ["drift", {}, "fine: none"],
  ["drift", { drift: [{ text: "api is gone", byUp: true }] }, "wrong: api is gone"],
  ["drift", { drift: silent }, "unknown: not known: no answer in 10 s"],
  ["owed", {}, "fine: nothing"],
  [
    "owed",
    {
      held: held({
        owed: { release: "v2", guards: ["ci", "horizon"], reason: "fire", since: "2026-11-21T10:00:00.000Z" },
        pending: ["api"],
      }),
    },
    "wrong: an update died amid 1 operation: api",
    "wrong: since 2026-11-21 10:00:00Z the proper run of v2, which came up by break-glass without ci, horizon: fire",
  ],
  [
    "owed",
    { stackFile: { file: "Pulumi.prod.yaml", change: "not committed" } },
    "wrong: Pulumi.prod.yaml has changes that are not committed: the next merge would undo them",
  ],
  [
    "owed",
    { card: undefined, held: held({ card: false }) },
    "wrong: the emergency card: there is none; an up that ends well leaves it",
  ],
  [
    "owed",
    { card: undefined },
    "note: the emergency card lies on another machine; npx knowngood card prints it while the state can be read",
  ],
  ["owed", { card: "v1" }, "note: the emergency card on this machine is that of v1"],
  ...(
    [
      [
        { step: "hooks after", open: ["notify"] },
        "v2",
        "wrong: the newest up stopped at hooks after (notify): up",
      ],
      [{ step: "services", open: [] }, "v2", "wrong: the newest up stopped at services: up"],
      // A rollback to what was good before: nothing else would tell that its gates were never asked to their end.
      [
        { step: "health gates", open: ["api health"] },
        "v2",
        "wrong: the newest up stopped at health gates (api health): up",
      ],
      // Told with what runs.
      [{ step: "services", open: ["api"] }, "v3", "fine: nothing"],
    ] as const
  ).map(
    ([stood, to, text]) =>
      ["owed", { stopped: { text: "up", to, at: stood } }, text] satisfies [string, Partial<Status>, string],
  ),
  [
    "owed",
    {
      held: held({ knownGood: [] }),
      stopped: { text: "up", to: "v2", at: { step: "health gates", open: ["api health"] } },
    },
    "fine: nothing",
  ],
  // Pulumi ends its program before what the program began; another update is told beside a dead one.
  [
    "owed",
    { locks: [{ ...lock, alive: true }], begun: [{ text: "up", since: lock.since, alive: false }] },
    "note: an update is under way, or has left its lock: bo@laptop, process 7, since 2026-11-21 11:00:00Z",
  ],
  [
    "owed",
    {
      locks: [{ ...lock, alive: true }],
      begun: [{ text: "up", since: "2026-11-21T10:00:00.000Z", alive: false }],
    },
    "note: an update is under way, or has left its lock: bo@laptop, process 7, since 2026-11-21 11:00:00Z",
    "wrong: an update did not come to its end: up",
  ],
  [
    "owed",
    { locks: [{ ...lock, alive: true }], held: held({ pending: ["api"] }) },
    "note: an update is under way, or has left its lock: bo@laptop, process 7, since 2026-11-21 11:00:00Z",
  ],
  ["owed", { drill: { text: "not drilled", due: true, command: "" } }, "note: not drilled"],
  [
    "settings",
    { settings: { ...status().settings, imageTag: "v3" } },
    "note: imageTag is v3, which is not what runs",
  ],
  [
    "settings",
    { changed: ["api was asked otherwise then, and is still asked so"] },
    "note: changed since the last up: api was asked otherwise then, and is still asked so",
  ],
  ["settings", {}],
];

describe("the lines of status", () => {
  for (const [name, changes, ...texts] of rows)
    it(`${name}: ${texts[0] ?? "left out"}`, () => {
      expect(lineOf(name, changes)).to.deep.equal(texts);
    });

  it("are headed by what runs", () => {
    const headline = (changes: Partial<Status>) => judgeStatus(status(changes)).headline;
    expect(headline({})).to.equal("shop/prod runs v2 since 2026-11-21 09:00:00Z (3 h ago)");
    expect(headline({ held: held({ since: { at, direction: "rollback" } }) })).to.match(/, by a rollback$/);
    expect(
      headline({ held: held({ running: { tag: undefined, services: held().running.services } }) }),
    ).to.equal("shop/prod runs services of different releases");
    const byHand = service({ host: host({ byHand: { tag: "v1", since: at } }) });
    expect(headline({ services: [byHand] })).to.equal(
      "shop/prod runs v1, started by hand; the state holds v2",
    );
    expect(headline({ services: [byHand, service()] })).to.match(/^shop\/prod runs v2 since/);
    expect(headline({ held: held({ running: { tag: undefined, services: [] } }) })).to.equal(
      "shop/prod: nothing is deployed",
    );
    expect(headline({ held: silent })).to.equal("shop/prod: what runs is not known: no answer in 10 s");
  });
});
