import { expect } from "chai";
import { settingsOf, violationsIn } from "./stack";
import { good, toldOneByOne, type WrongRow } from "./wrongRows";

const right = { reason: "CI is down", guards: ["ci"], until: "2026-03-01T18:00:00Z" };
const names =
  "write one of hold, reviewed, quarantine, ci, schema, horizon, backup, disk, byHand, commands, errorRate, hooks";
const naming = (name: unknown): Record<string, unknown> => ({ breakGlass: { ...right, guards: [name] } });
const until =
  'write until when it is good, in quotes, such as "2026-03-01T18:00:00Z" or "2026-03-01T19:00:00+01:00"';

const rows: WrongRow[] = [
  [
    "the health gate",
    naming("health"),
    "breakGlass.guards[0]",
    '"health"',
    `the health gate is always asked: without it nobody knows that the release runs at all; ${names}`,
  ],
  [
    "a missing image",
    naming("image"),
    "breakGlass.guards[0]",
    '"image"',
    `there is nothing to run where an image is nowhere to be had; ${names}`,
  ],
  [
    "an unknown target",
    naming("target"),
    "breakGlass.guards[0]",
    '"target"',
    `there is nothing to go on with where the catalog does not have the release; ${names}`,
  ],
  [
    "a silent engine",
    naming("engine"),
    "breakGlass.guards[0]",
    '"engine"',
    `nothing can be run while the Docker engine does not answer; ${names}`,
  ],
  [
    "a name that another container has",
    naming("takenName"),
    "breakGlass.guards[0]",
    '"takenName"',
    `no container or network can be made under a name that another one has: the refusal names it, to be renamed or removed; ${names}`,
  ],
  [
    "another tool's migrations",
    naming("migrationTool"),
    "breakGlass.guards[0]",
    '"migrationTool"',
    `an up runs only dbmate's migrations: apply the others with their own tool, as the refusal says, and go on; ${names}`,
  ],
  [
    "a step-down",
    naming("stepDown"),
    "breakGlass.guards[0]",
    '"stepDown"',
    "a step-down is never taken unseen: what it loses is acknowledged, and one that can't be done isn't; " +
      names,
  ],
  ["a guard that is none", naming("everything"), "breakGlass.guards[0]", '"everything"', names],
  ["a guard that is no text", naming(1), "breakGlass.guards[0]", "1", names],
  [
    "no guard",
    { breakGlass: { ...right, guards: [] } },
    "breakGlass.guards",
    "[]",
    "write what it goes on without, such as [ci, commands]",
  ],
  [
    "a guard by itself",
    { breakGlass: { ...right, guards: "ci" } },
    "breakGlass.guards",
    '"ci"',
    "write a list of what it goes on without, such as [ci, commands]",
  ],
  [
    "no reason",
    { breakGlass: { ...right, reason: "" } },
    "breakGlass.reason",
    '""',
    "write why it goes on without them",
  ],
  ["no end", { breakGlass: { reason: "CI is down", guards: ["ci"] } }, "breakGlass.until", "nothing", until],
  [
    "an end on a clock of nowhere",
    { breakGlass: { ...right, until: "2026-03-01T18:00:00" } },
    "breakGlass.until",
    '"2026-03-01T18:00:00"',
    until,
  ],
  [
    "an end without quotes, as Pulumi hands it on",
    { breakGlass: { ...right, until: "2026-03-01 18:00:00 +0000 UTC" } },
    "breakGlass.until",
    '"2026-03-01 18:00:00 +0000 UTC"',
    until,
  ],
  [
    "an end on a day",
    { breakGlass: { ...right, until: "2026-03-01" } },
    "breakGlass.until",
    '"2026-03-01"',
    until,
  ],
  [
    "a reason alone",
    { breakGlass: "CI is down" },
    "breakGlass",
    '"CI is down"',
    'write why, what and until when: pulumi config set breakGlass \'{"reason": "WHY", "guards": ["ci"], "until": "2026-03-01T18:00:00Z"}\'',
  ],
];

describe("a break-glass that is wrong", () => {
  toldOneByOne(rows);
});

describe("a break-glass", () => {
  it("ends at a time in UTC or with an offset, with fractions of a second or none", () => {
    for (const time of ["2026-03-01T18:00:00Z", "2026-03-01T19:00:00.5+01:00"]) {
      const breakGlass = { ...right, until: time };
      expect(violationsIn({ ...good, breakGlass }), time).to.deep.equal([]);
      expect(settingsOf({ ...good, breakGlass }).breakGlass).to.deep.equal(breakGlass);
    }
  });
});
