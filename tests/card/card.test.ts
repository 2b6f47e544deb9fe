import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseCard } from "../../card/choose";
import { keptCards } from "../../card/kept";
import { keepCards } from "../../card/leave";
import { catalogOf, digest, release } from "../history/states";
import { cards, meeting, services, v1 } from "./cards";

const script = (...given: Parameters<typeof cards>) => cards(...given).lastKnownGood?.script ?? "";
const head = (text: string) => text.slice(0, text.indexOf("\nhalted="));
/** What follows the functions. */
const commands = (text: string) => text.slice(text.indexOf("\n}\n\n# The engine") + 3);

/** Settings that a card has to be well-formed with, each with what stands in it then. */
const variants: Record<string, [Parameters<typeof cards>, string]> = {
  "everything that a service can say": [[], "docker create --name shop-prod-api"],
  "a schema that v1 can't run on": [
    [{}, meeting("breaking")],
    "confirmed 'On the present schema v1 is breaking.",
  ],
  "a health probe in the container": [
    [{ services: { api: { ...services.api, health: { exec: ["sh", "-c", "test 'a' = \"$B\""] } } } }],
    `healthy shop-prod-api 120 ends 5 docker exec shop-prod-api sh -c 'test '\\''a'\\'' = "$B"'`,
  ],
  "a health probe with a secret header": [
    [
      {
        services: { api: { ...services.api, health: { path: "/", secretHeaders: { "X-Key": "apiToken" } } } },
      },
    ],
    "healthy shop-prod-api 120 lasts shop-prod-api # ask it yourself, with X-Key: http://127.0.0.1:8080/",
  ],
  "a health probe of a port": [
    [{ services: { api: { ...services.api, health: { tcp: 8080 } } } }],
    "# it is to accept connections at 127.0.0.1:8080",
  ],
  "an engine that nobody knows": [
    [{}, {}, { engine: { host: undefined, id: undefined } }],
    "on_engine '' ''",
  ],
  "a remote engine": [
    [
      { docker: { host: "ssh://deploy@shop.example" } },
      {},
      { engine: { host: "ssh://deploy@shop.example", id: "A:B" } },
    ],
    "on_engine A:B ssh://deploy@shop.example",
  ],
  "no secrets": [[{ services: { worker: { kind: "worker" } } }], "docker create --name shop-prod-worker"],
};

describe("the emergency card", () => {
  for (const [name, [given, holds]] of Object.entries(variants)) {
    it(`is well-formed shell: ${name}`, () => {
      const text = script(...given);
      expect(text).to.contain(holds);
      execFileSync("sh", ["-n"], { input: text });
      const checked = spawnSync("shellcheck", ["--shell=sh", "--severity=error", "-"], { input: text });
      if (checked.error === undefined) expect(checked.status, String(checked.stdout)).to.equal(0);
      expect(text).not.to.contain("hunter");
    });
  }

  it("says what it is, what the schema means, which flags to turn off, and that it holds no secret", () => {
    expect(head(script({}, meeting("conditional"))).split("\n")).to.deep.equal([
      "# knowngood: the emergency card of shop/prod. It brings back v1, without Pulumi and without Node.js.",
      "# v2 ran when this was written; v1 is the last known-good one, its gates passed 2026-01-01T00:00:00.000Z.",
      "# Schema: left as it is, at 2 when this was written; what v1 meets in it is conditional, as assessed then, on the schema alone.",
      "# Flags to turn off first, which only newer releases turn on: basket (v2).",
      "# No migration, gate, hook or record is run. What is replaced is stopped and kept under another name.",
      "# Run it whole, from a file (sh card.sh), or paste it one step at a time, answering before the next. Secrets",
      "# are not in it: taken from the containers that are there, or asked for. Services: api, worker.",
      "",
    ]);
    expect(head(script({}, meeting("unknown")))).to.contain("what that means was not judged");
    expect(head(script())).not.to.contain("Schema:");
  });

  it("names every flag that only newer releases turn on, and none that an older one turned on", () => {
    const of = (tag: string, order: number, flags: string[]) => ({
      ...release(tag, order, { api: String(order), worker: String(order) }),
      flags,
    });
    const [v0, own, later, present] = [
      of("v0", 0, ["search"]),
      of("v1", 1, []),
      of("v2", 2, ["checkout"]),
      of("v3", 3, ["search", "wishes"]),
    ];
    const newest = of("v4", 4, ["unborn"]);
    const catalog = catalogOf(v0, own, later, present, newest);
    const both = cards({}, { target: present }, { catalog });
    expect(both.lastKnownGood?.script).to.contain(
      "# Flags to turn off first, which only newer releases turn on: checkout (v2); wishes (v3).\n",
    );
    expect(both.present?.script).not.to.contain("# Flags");
  });

  it("says what it can't know of the schema: what came after the up that left it", () => {
    const both = cards({}, meeting("compatible"));
    const later =
      "# A newer release that was tried since may have moved the schema: look before you run this";
    expect(both.present?.script).to.contain(later);
    expect(both.lastKnownGood?.script).not.to.contain(later);
    expect(cards().present?.script).not.to.contain(later);
  });

  it("says the schema's head as the up leaves it, also of one that steps down", () => {
    const stepDown = {
      version: "2",
      active: true,
      servicesStayStopped: false,
      migration: undefined,
      verdict: undefined,
    };
    const headed = (own: Partial<typeof stepDown>) =>
      /left as it is, at (\S+) when/.exec(
        script({}, { ...meeting("compatible"), stepDown: { ...stepDown, ...own } }),
      )?.[1];
    expect(headed({})).to.equal("1");
    expect(headed({ active: false })).to.equal("2");
  });

  it("says first that a release breaks on the schema, and what to do instead; past the policy alone", () => {
    const [, stop, instead] = head(script({}, meeting("breaking"))).split("\n");
    expect(stop).to.equal(
      "# STOP: on the present schema v1 is breaking, so going back to it breaks what runs now. Instead:",
    );
    expect(instead).to.match(/^# Roll forward with a hotfix/);
    expect(script({ guards: { schema: "breaking" } }, meeting("breaking"))).not.to.contain("STOP");
    expect(script({ guards: { schema: "compatible" } }, meeting("conditional"))).to.contain("STOP");
    expect(script({}, meeting("destructive"))).to.match(/^# Decide on restoring the data/m);
    // The present release's gates have passed on that very schema.
    expect(cards({}, meeting("breaking")).present?.script).not.to.contain("STOP");
  });

  it("makes each container as its settings do", () => {
    const text = commands(script());
    expect(text).to.contain(
      [
        "# api",
        `if room shop-prod-api ${digest("a")} unless-stopped; then`,
        "  TOKEN=$secret1 DATABASE_URL=$secret2 docker create --name shop-prod-api \\",
        '    --label "knowngood.byHand=$moment" \\',
        "    --label knowngood.stack=shop/prod \\",
        "    --label knowngood.service=api \\",
        "    --label knowngood.release=v1 \\",
        `    --label knowngood.digest=${digest("a")} \\`,
        "    --network shop-prod \\",
        "    --network-alias api \\",
        "    --publish 127.0.0.1:8080:80/tcp \\",
        "    --publish '[::1]:5353:53/udp' \\",
        "    --volume shop-prod-uploads:/data:rw \\",
        "    --volume '/srv/my files:/files:ro' \\",
        "    --env MODE=fast \\",
        "    --env 'MOTTO=it'\\''s $HOME' \\",
        "    --env TOKEN \\",
        "    --env DATABASE_URL \\",
        "    --restart unless-stopped \\",
        "    --init=true \\",
        "    --stop-signal SIGTERM \\",
        "    --stop-timeout 10 \\",
        `    acme/api@${digest("a")} >/dev/null &&`,
        "  docker network connect --alias api shared shop-prod-api &&",
        "  docker start shop-prod-api >/dev/null && is_made shop-prod-api || halt 'shop-prod-api can'\\''t be started'",
        "fi",
      ].join("\n"),
    );
    expect(text).to.contain(
      [
        "    --env DATABASE_URL \\",
        "    --restart on-failure \\",
        "    --user 1000:1000 \\",
        "    --cpus 0.5 \\",
        "    --memory 64m \\",
        "    --memory-swap 128m \\",
        "    --read-only \\",
        "    --init=false \\",
        "    --stop-signal SIGINT \\",
        "    --stop-timeout 30 \\",
        "    --entrypoint /bin/sh \\",
        `    acme/worker@${digest("1")} -c 'exec work '\\''now'\\''' >/dev/null &&`,
      ].join("\n"),
    );
    expect(text).to.contain(
      "secret shop/prod databaseUrl api:DATABASE_URL worker:DATABASE_URL; secret2=$found",
    );
  });

  it("leaves a service alone that its release has no image for, and says so", () => {
    const only = { api: v1.services.api ?? { repository: "", digest: "" } };
    const text = script({}, {}, { catalog: { folder: "releases", releases: [{ ...v1, services: only }] } });
    expect(text).to.contain("# v1 has no image for worker, left as it is.");
    expect(text).not.to.contain("docker create --name shop-prod-worker");
  });

  it("is there for the release that runs too, but not of services that were left stopped, or of an unknown release", () => {
    expect(cards().present?.release).to.equal("v2");
    const stepDown = {
      version: "2",
      active: true,
      servicesStayStopped: true,
      migration: undefined,
      verdict: undefined,
    };
    expect(cards({}, { stepDown })).not.to.have.property("present");
    expect(cards({}, { stepDown: { ...stepDown, servicesStayStopped: false } })).to.have.property("present");
    expect(cards({}, {}, { catalog: { folder: "releases", releases: [] } })).not.to.have.property(
      "lastKnownGood",
    );
    expect(cards({}, { lastKnownGood: undefined })).not.to.have.property("lastKnownGood");
  });
});

describe("cards in files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-card-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, "card", name);

  it("are this user's alone, and those of the newest up", () => {
    const both = cards();
    expect(keepCards(folder, both)).to.equal(undefined);
    expect(readFileSync(file("shop-prod.sh"), "utf8")).to.equal(both.lastKnownGood?.script);
    expect(readFileSync(file("shop-prod-present.sh"), "utf8")).to.equal(both.present?.script);
    for (const name of ["shop-prod.sh", "shop-prod-present.sh", "shop-prod.json"])
      expect(statSync(file(name)).mode & 0o777, name).to.equal(0o600);
    expect(keptCards(folder)).to.deep.equal([{ file: file("shop-prod.json"), cards: both }]);
    keepCards(folder, cards({}, { lastKnownGood: undefined }));
    expect(statSync(file("shop-prod.sh"), { throwIfNoEntry: false })).to.equal(undefined);
  });

  it("say why they can't be written, and are none where nothing is kept", () => {
    expect(keepCards("/dev/null", cards())).to.match(
      /^The emergency card could not be left in \/dev\/null\/card: /,
    );
    expect(keptCards(folder)).to.deep.equal([]);
  });
});

describe("the card that is meant", () => {
  const both = cards();
  const good = [...(both.present ? [{ tag: "v2", passedAt: "" }] : []), { tag: "v1", passedAt: "" }];
  const chosen = (running: string | undefined, knownGood = good) =>
    chooseCard(both, { tag: undefined, state: { knownGood, running } })?.release;

  it("is the last known-good release's that does not run", () => {
    expect(chosen("v2")).to.equal("v1");
    expect(chosen("v3")).to.equal("v2");
    expect(chosen(undefined)).to.equal("v2");
    expect(chosen("v3", [{ tag: "v1", passedAt: "" }])).to.equal("v1");
    expect(chooseCard(both, { tag: undefined })?.release).to.equal("v1");
  });

  it("is that of a tag, where there is one", () => {
    expect(chooseCard(both, { tag: "v2" })?.release).to.equal("v2");
    expect(() => chooseCard(both, { tag: "v0" })).to.throw(/there is one of v1 and v2/);
    expect(() => chooseCard({ stack: "shop/prod" }, { tag: "v0" })).to.throw(/none was left/);
  });
});
