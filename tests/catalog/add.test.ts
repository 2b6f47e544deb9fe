import { expect } from "chai";
import { decideAdd, type AddDecision, type Candidate } from "../../catalog/add";
import type { Catalog } from "../../catalog/catalog";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import type { Release } from "../../catalog/release";
import { digest, first, migrationOf, releaseOf, second, third } from "./catalogFolder";

const now = new Date("2026-05-01T12:00:00.000Z");
const repository = "localhost:5000/shop/api";

function catalogOf(...releases: Release[]): Catalog {
  return { folder: "releases", releases };
}

function shipped(sample: typeof first, hasDown = true): ShippedMigration {
  const file = `db/${sample.migration.version}_${sample.migration.name}.sql`;
  return { ...sample, file, sql: Buffer.from(sample.sql), hasDown };
}

function candidateOf(tag: string, changes: Partial<Candidate> = {}): Candidate {
  return {
    tag,
    builds: { api: { build: { repository, digest: digest(`api ${tag}`) }, askedByTag: tag } },
    ...changes,
  };
}

function violations(decision: AddDecision): string[] {
  if (decision.outcome !== "refused") throw new Error(`not refused: ${decision.outcome}`);
  return decision.violations.map(({ where, found, expected }) => `${where}: ${found}; ${expected}`);
}

function warnings(decision: AddDecision): string[] {
  if (decision.outcome !== "add") throw new Error(`not added: ${JSON.stringify(decision)}`);
  return decision.warnings;
}

describe("adding a release", () => {
  it("adds the first one whole", () => {
    const decision = decideAdd(
      catalogOf(),
      candidateOf("v1", {
        migrations: [shipped(first)],
        headCommit: "0123456789",
        flags: ["a", "b", "a"],
        ci: { verdict: "passed", url: "https://ci.example.com/1" },
        dataReadableFrom: "v1",
      }),
      now,
    );
    expect(decision).to.deep.equal({
      outcome: "add",
      release: {
        tag: "v1",
        commit: "0123456789",
        time: "2026-05-01T12:00:00.000Z",
        order: 1,
        services: { api: { repository, digest: digest("api v1") } },
        migrations: [first.migration],
        flags: ["a", "b"],
        ci: { verdict: "passed", url: "https://ci.example.com/1" },
        dataReadableFrom: "v1",
      },
      sql: [{ sha256: first.migration.sha256, sql: Buffer.from(first.sql) }],
      warnings: [],
    });
  });

  it("gives an order after the highest, and writes only SQL that the catalog lacks", () => {
    const catalog = catalogOf(releaseOf("v1", 1, { migrations: [first.migration] }), releaseOf("v9", 7));
    const decision = decideAdd(
      catalog,
      candidateOf("v2", { migrations: [shipped(first), shipped(second)] }),
      now,
    );
    expect(decision).to.deep.include({
      sql: [{ sha256: second.migration.sha256, sql: Buffer.from(second.sql) }],
    });
    expect(decision).to.have.nested.property("release.order", 8);
  });

  it("prefers the commit that was named", () => {
    const decision = decideAdd(
      catalogOf(),
      candidateOf("v1", { commit: "aaaaaaa", headCommit: "bbbbbbb" }),
      now,
    );
    expect(decision).to.have.nested.property("release.commit", "aaaaaaa");
  });

  describe("again", () => {
    const v1 = releaseOf("v1", 1, {
      commit: "0123456789abcdef",
      migrations: [first.migration],
      flags: ["a", "b"],
      ci: { verdict: "passed", url: "https://ci.example.com/1" },
      dataReadableFrom: "v1",
    });

    it("changes nothing, whatever HEAD is by now", () => {
      const catalog = catalogOf(v1, releaseOf("v2", 2));
      const same = candidateOf("v1", {
        migrations: [shipped(first)],
        commit: "0123456",
        flags: ["b", "a"],
        ci: { verdict: "passed" },
        dataReadableFrom: "v1",
      });
      expect(decideAdd(catalog, same, now)).to.deep.equal({ outcome: "unchanged", release: v1 });
      expect(decideAdd(catalog, candidateOf("v1", { headCommit: "fffffff" }), now)).to.deep.equal({
        outcome: "unchanged",
        release: v1,
      });
    });

    it("with another digest names both", () => {
      const builds = { api: { build: { repository, digest: digest("other") } } };
      expect(violations(decideAdd(catalogOf(v1), { tag: "v1", builds }, now))).to.deep.equal([
        `--image api: ${digest("other")}, while release v1 has ${digest("api v1")}; a release is immutable: add this one under another tag`,
      ]);
    });

    it("with a moved tag names both digests, once", () => {
      const builds = { api: { build: { repository, digest: digest("other") }, askedByTag: "v1" } };
      const told = violations(decideAdd(catalogOf(v1), { tag: "v1", builds }, now));
      expect(told).to.have.length(1);
      expect(told[0]).to.contain(
        `a moved tag: ${repository}:v1 is ${digest("other")} in the registry now, and ${digest("api v1")} in release v1`,
      );
    });

    it("does not take another service's image of the same repository for the same", () => {
      const both = releaseOf("v1", 1, {
        services: { api: { repository, digest: digest("a") }, worker: { repository, digest: digest("b") } },
      });
      const builds = {
        api: { build: { repository, digest: digest("a") } },
        worker: { build: { repository, digest: digest("a") }, askedByTag: "v1" },
      };
      expect(violations(decideAdd(catalogOf(both), { tag: "v1", builds }, now))[0]).to.contain(
        `--image worker: ${digest("a")}, while release v1 has ${digest("b")}`,
      );
    });

    const others: [title: string, changes: Partial<Candidate>, fragment: string][] = [
      [
        "another repository",
        { builds: { api: { build: { repository: "acme/api", digest: digest("api v1") } } } },
        "--image api: repository acme/api, while release v1 has localhost:5000/shop/api",
      ],
      [
        "a service more",
        { builds: { ...candidateOf("v1").builds, web: { build: { repository, digest: digest("web") } } } },
        "--image web: a service that release v1 doesn't have",
      ],
      ["a service less", { builds: {} }, "--image: no service api, which release v1 has"],
      ["another commit", { commit: "aaaaaaa" }, "--commit: aaaaaaa, while release v1 has 0123456789abcdef"],
      [
        "other migrations",
        { migrations: [shipped(first), shipped(second)] },
        "--migrations: 20260101000000, 20260201000000, while release v1 has 20260101000000",
      ],
      ["other flags", { flags: ["a"] }, "--flag: a, while release v1 has a, b"],
      [
        "another CI verdict",
        { ci: { verdict: "failed" } },
        "--ci-verdict: failed, while release v1 has passed; edit releases/v1.yaml",
      ],
      [
        "another CI link",
        { ci: { verdict: "passed", url: "https://ci.example.com/2" } },
        "--ci-url: https://ci.example.com/2, while release v1 has https://ci.example.com/1",
      ],
      ["other data", { dataReadableFrom: "v0" }, "--data-readable-from: v0, while release v1 has v1"],
    ];
    for (const [title, changes, fragment] of others) {
      it(`with ${title} is refused`, () => {
        const told = violations(
          decideAdd(catalogOf(releaseOf("v0", 0), v1), candidateOf("v1", changes), now),
        );
        expect(told.join("\n")).to.contain(fragment);
      });
    }
  });

  it("tells a tag that moved since another release recorded it", () => {
    const v1 = releaseOf("v1", 1);
    const builds = { api: { build: { repository, digest: digest("new") }, askedByTag: "v1" } };
    expect(violations(decideAdd(catalogOf(v1), { tag: "v2", builds }, now))[0]).to.contain(
      `a moved tag: ${repository}:v1 is ${digest("new")} in the registry now, and ${digest("api v1")} in release v1`,
    );
    const unmoved = { api: { build: { repository, digest: digest("api v1") }, askedByTag: "v1" } };
    expect(decideAdd(catalogOf(v1), { tag: "v2", builds: unmoved }, now).outcome).to.equal("add");
  });

  it("refuses a migration whose SQL changed after it was released, whatever came since", () => {
    const catalog = catalogOf(releaseOf("v1", 1, { migrations: [first.migration] }), releaseOf("v2", 2));
    const changed = { ...shipped(first), migration: { ...first.migration, sha256: third.migration.sha256 } };
    const told = violations(decideAdd(catalog, candidateOf("v3", { migrations: [changed] }), now));
    expect(told).to.have.length(1);
    expect(told[0]).to.contain("db/20260101000000_email.sql: SQL changed after release v1 shipped it");
    expect(told[0]).to.contain(first.migration.sha256);
    expect(told[0]).to.contain(third.migration.sha256);
  });

  const wrongArguments: [title: string, candidate: Candidate, fragment: string][] = [
    ["no service", { tag: "v2", builds: {} }, "--image: no service; name one"],
    ["a wrong tag", candidateOf("v 2"), 'TAG: "v 2"; write a tag in quotes'],
    [
      "a wrong service",
      { tag: "v2", builds: { "a b": { build: { repository, digest: digest("x") } } } },
      '--image a b: "a b"; name a service with',
    ],
    ["a wrong commit", candidateOf("v2", { commit: "HEAD" }), '--commit: "HEAD"; write the commit\'s SHA'],
    ["a wrong flag", candidateOf("v2", { flags: ["a,b"] }), '--flag: "a,b"; name a flag'],
    [
      "a wrong link",
      candidateOf("v2", { ci: { verdict: "passed", url: "ftp://x" } }),
      '--ci-url: "ftp://x"; write a link',
    ],
    [
      "an unknown base",
      candidateOf("v2", { sameAs: "v11" }),
      '--same-as: "v11"; name a release of the catalog, such as v1',
    ],
    ["itself as base", candidateOf("v2", { sameAs: "v2" }), '--same-as: "v2"; name a release'],
    [
      "data of an unknown release",
      candidateOf("v2", { dataReadableFrom: "v0" }),
      '--data-readable-from: "v0"; name a release',
    ],
  ];
  for (const [title, candidate, fragment] of wrongArguments) {
    it(`refuses ${title}`, () => {
      const told = violations(decideAdd(catalogOf(releaseOf("v1", 1)), candidate, now));
      expect(told).to.have.length(1);
      expect(told[0]).to.contain(fragment);
    });
  }

  it("copies what is not named from another release", () => {
    const web = { repository: "localhost:5000/shop/web", digest: digest("web") };
    const v1 = releaseOf("v1", 1, { migrations: [first.migration], flags: ["a"] });
    const catalog = catalogOf({ ...v1, services: { ...v1.services, web } });
    const decision = decideAdd(catalog, candidateOf("v2", { sameAs: "v1" }), now);
    expect(decision)
      .to.have.nested.property("release.services")
      .that.deep.equals({
        api: { repository, digest: digest("api v2") },
        web,
      });
    expect(decision).to.have.nested.property("release.migrations").that.deep.equals([first.migration]);
    expect(decision).to.have.nested.property("release.flags").that.deep.equals([]);
    expect(warnings(decision)).to.deep.equal([]);
  });

  describe("warns of", () => {
    const web = { repository: "localhost:5000/shop/web", digest: digest("web") };
    const v1 = releaseOf("v1", 1, { migrations: [first.migration, third.migration] });
    const catalog = catalogOf({ ...v1, services: { ...v1.services, web } });
    const all = [shipped(first), shipped(third)];
    const withWeb = (changes: Partial<Candidate>) =>
      candidateOf("v2", { builds: { ...candidateOf("v2").builds, web: { build: web } }, ...changes });

    it("nothing where all is in order", () => {
      const later = migrationOf("20260401000000", "city");
      expect(
        warnings(decideAdd(catalog, withWeb({ migrations: [...all, shipped(later)] }), now)),
      ).to.deep.equal([]);
    });

    it("a service that the previous release has", () => {
      expect(warnings(decideAdd(catalog, candidateOf("v2", { migrations: all }), now))).to.deep.equal([
        "v2 has no web, which the previous release v1 has; to keep those images: --same-as v1",
      ]);
    });

    it("a new migration that sorts before a released one", () => {
      const migrations = [shipped(first), shipped(second), shipped(third)];
      expect(warnings(decideAdd(catalog, withWeb({ migrations }), now))).to.deep.equal([
        "migration 20260201000000_phone is new but sorts before 20260301000000_address, which release v1 shipped already",
      ]);
    });

    it("migrations that were shipped before", () => {
      expect(warnings(decideAdd(catalog, withWeb({ migrations: [shipped(first)] }), now))).to.deep.equal([
        "v2 lacks migrations that v1 ships (20260301000000_address); is the folder complete?",
      ]);
      expect(warnings(decideAdd(catalog, withWeb({}), now))[0]).to.contain(
        "name the folder: --migrations FOLDER",
      );
    });

    it("a new migration without a way down, once it is new", () => {
      const later = migrationOf("20260401000000", "city");
      const migrations = [shipped(first, false), shipped(third), shipped(later, false)];
      expect(warnings(decideAdd(catalog, withWeb({ migrations }), now))).to.deep.equal([
        "no way down in 20260401000000_city: it can't be stepped down",
      ]);
    });

    it("a failed CI", () => {
      const told = warnings(decideAdd(catalog, withWeb({ migrations: all, ci: { verdict: "failed" } }), now));
      expect(told).to.deep.equal(["CI failed for v2: deploying it will be refused"]);
    });
  });
});
