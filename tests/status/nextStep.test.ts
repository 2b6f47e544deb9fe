import { expect } from "chai";
import { nextStep } from "../../status/nextStep";
import type { Status } from "../../status/status";
import { parse } from "../cli/parsed";
import { wordsTyped } from "../cli/typed";
import { at, disk, held, host, schema, service, status } from "./statuses";

const sick = service({ health: { healthy: false, text: "503" } });
const up = "pulumi up --stack prod";
const preview = "pulumi preview --stack prod";
const converge = `pulumi cancel --yes --stack prod && ${up}`;
const lock = { user: "bo", host: "laptop", pid: 7, since: "2026-11-21T11:00:00.000Z" };
const dueDrill = { text: "not drilled", due: true, command: "npx knowngood drill --stack prod" };
const silent = { unknown: "no answer in 10 s" };
const mixed = held();
const settings = status().settings;
const onTarget = { ...settings, target: { kind: "compose" } };
const onHost = { ...settings, target: { kind: "compose", reach: "ssh web@shop.example" } };

/** What is the matter, what is said of it, and the command; each stands above all those below it. */
const rows: readonly [string, Partial<Status>, RegExp, string?][] = [
  [
    "the state out of reach, and a sick service",
    { held: silent, services: [sick], drift: silent },
    /api is not healthy; the emergency card works without it/,
    "npx knowngood card --stack prod > card.sh && sh card.sh",
  ],
  ["the state out of reach", { held: silent, drift: silent }, /can't be read/, "pulumi whoami --verbose"],
  [
    "an update under way",
    { locks: [{ ...lock, alive: true }] },
    /^an update is under way \(bo@laptop, process 7, since 2026-11-21 11:00:00Z\): wait for its end$/,
  ],
  [
    "a lock of another machine",
    { locks: [lock] },
    /^an update is under way, or has left its lock \(.*\): wait for its end; only where process 7 on laptop is gone: pulumi cancel --yes --stack prod && pulumi up --stack prod$/,
  ],
  [
    "an update that this machine knows of",
    { begun: [{ text: "forward to v3", since: at, alive: true }] },
    /\(forward to v3\): wait/,
  ],
  ["a dead update's lock", { locks: [{ ...lock, alive: false }] }, /left its lock/, converge],
  ["pending operations", { held: held({ pending: ["api"] }) }, /died half-way/, converge],
  [
    "a killed update",
    { begun: [{ text: "forward to v3", since: at, alive: false }] },
    /died half-way/,
    converge,
  ],
  [
    "a hold",
    { settings: { ...settings, hold: "rows are gone" } },
    /decided: rows are gone$/,
    "pulumi config rm hold --stack prod",
  ],
  [
    "nothing deployed",
    {
      held: held({ running: { tag: undefined, services: [] } }),
      services: [service({ held: undefined, host: host({ status: "missing" }) })],
    },
    /^nothing is deployed$/,
    up,
  ],
  [
    "what was made by hand",
    { drift: [{ text: "by hand", byUp: false }], services: [sick] },
    /how to go on/,
    preview,
  ],
  ["a container that is gone", { drift: [{ text: "gone", byUp: true }], services: [sick] }, /puts right/, up],
  [
    "a host of another target that can't be seen",
    { drift: silent, settings: onHost },
    /^the host that services run on can't be seen$/,
    "ssh web@shop.example",
  ],
  [
    "a platform that can't be seen",
    { drift: silent, settings: onTarget },
    /^the host that services run on can't be seen$/,
    preview,
  ],
  [
    "a container that is gone, and another imageTag",
    { drift: [{ text: "gone", byUp: true }], settings: { ...settings, imageTag: "v3" } },
    /goes to v3/,
    preview,
  ],
  ["a Docker host out of sight", { drift: silent }, /can't be seen/, "docker info"],
  [
    "another Docker host out of sight",
    { drift: silent, settings: { ...settings, engine: "ssh://shop.example" } },
    /can't be seen/,
    "DOCKER_HOST=ssh://shop.example docker info",
  ],
  [
    "a sick service, and a database that is down",
    { services: [sick], schema: schema({ down: true }) },
    /^api is not healthy, and the database does not answer: look there first$/,
  ],
  ["a database that is down", { schema: schema({ down: true }) }, /^the database does not answer/],
  [
    "services that were left stopped",
    {
      services: [
        service({
          held: { tag: "v1", digest: "d", stopped: true },
          health: { healthy: false, text: "exited" },
        }),
      ],
    },
    /left stopped/,
    preview,
  ],
  [
    "a sick service with a way back",
    { services: [sick] },
    /^api is not healthy, and v1 is known good$/,
    "npx knowngood rollback v1 --stack prod",
  ],
  [
    "a sick service whose way back can't run on the schema",
    {
      services: [sick],
      schema: schema({
        judged: { horizon: { oldest: undefined, verdicts: { v1: "breaking" } }, current: true },
      }),
    },
    /^api is not healthy, and v1 is breaking on this schema$/,
    "npx knowngood logs api --stack prod",
  ],
  [
    "a sick service without a way back",
    { services: [sick], wayBack: undefined },
    /there is no way back$/,
    "npx knowngood logs api --stack prod",
  ],
  [
    "an up that stopped at a hook after its gates",
    { stopped: { text: "forward to v2", to: "v2", at: { step: "hooks after", open: ["notify"] } } },
    /^the newest up stopped at hooks after \(notify\): forward to v2$/,
    up,
  ],
  ["another imageTag", { settings: { ...settings, imageTag: "v3" } }, /imageTag is v3/, preview],
  [
    "services of different releases",
    { held: held({ running: { ...mixed.running, tag: undefined } }) },
    /imageTag is v2/,
    preview,
  ],
  [
    "a release whose gates failed, and a drill that is due",
    { held: held({ knownGood: [], gatesFailed: true }), drill: dueDrill },
    /^v2 is not known good: its gates failed; v1 is$/,
    "npx knowngood rollback v1 --stack prod",
  ],
  [
    "a release that is not known good, and no way back",
    { held: held({ knownGood: [] }), wayBack: undefined, drill: dueDrill },
    /no other release is; this says what an up would do$/,
    preview,
  ],
  [
    "a release that is not known good, and a way back past the schema",
    {
      held: held({ knownGood: [] }),
      schema: schema({
        judged: { horizon: { oldest: undefined, verdicts: { v1: "breaking" } }, current: true },
      }),
    },
    /; v1 is, and breaking on this schema; this says/,
    preview,
  ],
  [
    "a schema that lacks something",
    { schema: schema({ missing: ["3"] }) },
    /not as the release wants/,
    preview,
  ],
  [
    "a proper run",
    {
      held: held({ knownGood: [], owed: { release: "v2", guards: ["ci"], reason: "down", since: "" } }),
      settings: { ...settings, breakGlass: true },
    },
    /^the proper run of v2 is owed$/,
    `pulumi config rm breakGlass --stack prod && ${up}`,
  ],
  [
    "a stack file that is not committed",
    { stackFile: { file: "Pulumi.prod.yaml", change: "not committed" } },
    /next merge would undo/,
    "git add Pulumi.prod.yaml && git commit Pulumi.prod.yaml",
  ],
  [
    "a stack file that is not pushed",
    { stackFile: { file: "Pulumi.prod.yaml", change: "not pushed" } },
    /undo/,
    "git push",
  ],
  [
    "a full disk",
    { disk: { disks: [disk(85)], unknown: [], backupsBeside: false, use: [] } },
    /^a disk is too full$/,
    "npx knowngood removable --stack prod",
  ],
  ["no emergency card anywhere", { card: undefined, held: held({ card: false }) }, /no emergency card/, up],
  [
    "a drill that is due",
    { drill: { text: "not drilled", due: true, command: "npx knowngood drill --stack prod" } },
    /^not drilled$/,
    "npx knowngood drill --stack prod",
  ],
  [
    "a stack file that has changed since the last up",
    { changed: ["api was asked otherwise then"] },
    /has changed since/,
    preview,
  ],
  ["nothing", {}, /^nothing is to be done$/],
];

describe("what to type next", () => {
  for (const [what, changes, why, command] of rows)
    it(`for ${what}: ${command ?? "no command"}`, () => {
      const next = nextStep(status(changes));
      expect(next.why).to.match(why);
      expect(next.command).to.equal(command);
    });

  it("goes back from a release that is not good, and finishes what stopped, though the stack file has changed since", () => {
    const changed = ["api was asked otherwise then"];
    const bad = nextStep(status({ changed, held: held({ knownGood: [], gatesFailed: true }) }));
    expect(bad.command).to.equal("npx knowngood rollback v1 --stack prod");
    const halfDone = {
      ...{ text: "forward to v2", to: "v2" },
      at: { step: "hooks after" as const, open: ["notify"] },
    };
    expect(nextStep(status({ changed, stopped: halfDone })).command).to.equal(up);
    expect(nextStep(status({ changed, schema: schema({ missing: ["3"] }) })).why).to.match(
      /not as the release/,
    );
    expect(nextStep(status({ changed })).why).to.match(/has changed since/);
    const drill = { text: "not drilled", due: true, command: "npx knowngood drill --stack prod" };
    expect(nextStep(status({ changed, drill })).why).to.match(/has changed since/);
  });

  it("lets what serves go before what is owed, and that before a drill", () => {
    const owed: Partial<Status> = {
      stackFile: { file: "Pulumi.prod.yaml", change: "not committed" },
      drill: { text: "not drilled", due: true, command: "npx knowngood drill --stack prod" },
    };
    expect(nextStep(status(owed)).command).to.match(/^git add/);
    expect(nextStep(status({ ...owed, services: [sick] })).why).to.match(/^api is not healthy/);
    expect(
      nextStep(status({ ...owed, services: [sick], drift: [{ text: "gone", byUp: true }] })).command,
    ).to.equal(up);
    expect(
      nextStep(status({ ...owed, services: [sick], locks: [{ ...lock, alive: false }] })).command,
    ).to.equal(converge);
  });

  it("asks for no drill on a protected stack, and for no room on a disk below its limit", () => {
    const due = { text: "not drilled", due: true, command: "npx knowngood drill --stack prod" };
    expect(nextStep(status({ drill: due, settings: { ...settings, protected: true } })).command).to.equal(
      undefined,
    );
    const below = { disks: [disk(84)], unknown: [], backupsBeside: false, use: [] };
    expect(nextStep(status({ disk: below })).command).to.equal(undefined);
  });

  it("is a command that the command line understands", async () => {
    const commands = rows.flatMap(([, , , command]) => (command?.includes("npx knowngood") ? [command] : []));
    const calls = wordsTyped(commands);
    expect(commands).to.have.length.greaterThan(4);
    for (const [index, command] of commands.entries()) {
      const [words] = calls[index] ?? [];
      expect(words, command).not.to.equal(undefined);
      expect((await parse(words ?? [])).problem, command).to.equal(undefined);
    }
  });
});
