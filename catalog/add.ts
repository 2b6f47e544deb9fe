import type { ToolName } from "../migrations/tools/tool";
import { show, type Violation } from "../settings/violations";
import { addWarnings } from "./addWarnings";
import { buildInWords, fromOf, toldApart, type Build } from "./build";
import { adviseTag, findRelease, type Catalog } from "./catalog";
import type { ShippedMigration } from "./migrationFolder";
import {
  commitPattern,
  expectations,
  flagPattern,
  serviceNamePattern,
  tagPattern,
  type Migration,
  type Release,
} from "./release";

/** A build as it was asked for. */
export interface NamedBuild {
  build: Build;
  /** The tag whose digest an image's registry told; absent where the digest was given. */
  askedByTag?: string;
}

/** What somebody wants to add. What is absent was not named, and isn't compared with an existing release. */
export interface Candidate {
  tag: string;
  builds: Readonly<Record<string, NamedBuild>>;
  /** A release whose builds stand for the services not named, and whose migrations stand for a folder not named. */
  sameAs?: string;
  migrations?: readonly ShippedMigration[];
  /** The tool whose migrations these are. @default "dbmate" */
  tool?: ToolName;
  commit?: string;
  /** What the working copy is at; taken for a new release where no commit was named. */
  headCommit?: string;
  flags?: readonly string[];
  ci?: Release["ci"];
  dataReadableFrom?: string;
}

export type AddDecision =
  | { outcome: "add"; release: Release; sql: SqlToWrite[]; warnings: string[] }
  | { outcome: "unchanged"; release: Release }
  | { outcome: "refused"; violations: Violation[] };

/** The SQL of a migration that the catalog doesn't hold yet. */
export interface SqlToWrite {
  sha256: string;
  sql: Buffer;
}

const immutable = "a release is immutable: add this one under another tag";

/**
 * What adding a release comes to. Order is one more than the catalog's highest.
 * @param now the time that a new release is given
 */
export function decideAdd(catalog: Catalog, candidate: Candidate, now: Date): AddDecision {
  const wrong = argumentViolations(catalog, candidate);
  if (wrong.length > 0) return { outcome: "refused", violations: wrong };
  const services = servicesOf(catalog, candidate);
  const existing = findRelease(catalog, candidate.tag);
  const moved = movedTags(catalog, candidate);
  const violations = [
    ...moved,
    ...changedMigrations(catalog, candidate),
    // A tag that moved in the registry is told as that, and not once more as another digest.
    ...(existing
      ? differences(catalog, existing, services, candidate, new Set(moved.map(({ where }) => where)))
      : []),
  ];
  if (Object.keys(services).length === 0) {
    violations.push({
      where: "--image",
      found: "no service",
      expected:
        "name one: --image api=ghcr.io/acme/api:v1, --artifact api=FILE_OR_URL, or --revision api=REPOSITORY@COMMIT",
    });
  }
  if (violations.length > 0) return { outcome: "refused", violations };
  if (existing) return { outcome: "unchanged", release: existing };

  const base = candidate.sameAs === undefined ? undefined : findRelease(catalog, candidate.sameAs);
  const release: Release = {
    tag: candidate.tag,
    commit: candidate.commit ?? candidate.headCommit,
    time: now.toISOString(),
    order: Math.max(0, ...catalog.releases.map(({ order }) => order)) + 1,
    services,
    ...toolOf(candidate.migrations ? candidate.tool : base?.tool),
    migrations: candidate.migrations?.map(({ migration }) => migration) ?? base?.migrations ?? [],
    flags: [...new Set(candidate.flags)],
    ci: candidate.ci,
    dataReadableFrom: candidate.dataReadableFrom,
  };
  const held = new Set(catalog.releases.flatMap(({ migrations }) => migrations.map(({ sha256 }) => sha256)));
  const sql = (candidate.migrations ?? []).flatMap(({ migration: { sha256 }, sql }) =>
    held.has(sha256) ? [] : [{ sha256, sql }],
  );
  return { outcome: "add", release, sql, warnings: addWarnings(catalog, release, candidate.migrations) };
}

function argumentViolations(catalog: Catalog, candidate: Candidate): Violation[] {
  const { tag, builds, sameAs, commit, flags = [], ci, dataReadableFrom } = candidate;
  const violations: Violation[] = [];
  const check = (where: string, value: string, good: boolean, expected: string) => {
    if (!good) violations.push({ where, found: show(value), expected });
  };
  check("TAG", tag, tagPattern.test(tag), expectations.tag);
  for (const [name, { build }] of Object.entries(builds)) {
    check(optionOf(build, name), name, serviceNamePattern.test(name), expectations.serviceName);
  }
  if (commit !== undefined) check("--commit", commit, commitPattern.test(commit), expectations.commit);
  for (const flag of flags)
    check("--flag", flag, flagPattern.test(flag), "name a flag without spaces or commas");
  if (ci?.url !== undefined) {
    check("--ci-url", ci.url, URL.canParse(ci.url) && /^https?:/.test(ci.url), expectations.url);
  }
  const known = (tag: string) => findRelease(catalog, tag) !== undefined;
  if (sameAs !== undefined) check("--same-as", sameAs, known(sameAs), adviseTag(catalog, sameAs));
  if (dataReadableFrom !== undefined) {
    const good = dataReadableFrom === tag || known(dataReadableFrom);
    check("--data-readable-from", dataReadableFrom, good, adviseTag(catalog, dataReadableFrom));
  }
  return violations;
}

/** dbmate goes without saying. */
function toolOf(tool: ToolName | undefined): Pick<Release, "tool"> {
  return tool === undefined || tool === "dbmate" ? {} : { tool };
}

/** The option that names a build of this kind. */
function optionOf(build: Build, service: string): string {
  return `--${toldApart(build).kind} ${service}`;
}

function servicesOf(catalog: Catalog, { sameAs, builds }: Candidate): Record<string, Build> {
  const base = sameAs === undefined ? undefined : findRelease(catalog, sameAs);
  const named = Object.entries(builds).map(([name, { build }]) => [name, build] as const);
  return { ...base?.services, ...Object.fromEntries(named) };
}

/** A tag of the registry that is also a release of the catalog must still lead to the same image. */
function movedTags(catalog: Catalog, { builds }: Candidate): Violation[] {
  return Object.entries(builds).flatMap(([name, { build, askedByTag }]) => {
    const { digest } = build;
    const repository = fromOf(build);
    const release = askedByTag === undefined ? undefined : findRelease(catalog, askedByTag);
    const recorded = Object.values(release?.services ?? {}).filter((other) => fromOf(other) === repository);
    if (release === undefined || recorded.length === 0 || recorded.some((other) => other.digest === digest))
      return [];
    return [
      {
        where: `--image ${name}`,
        found: `a moved tag: ${repository}:${askedByTag} is ${digest} in the registry now, and ${recorded[0]?.digest} in release ${release.tag}`,
        expected: `name the digest you mean (--image ${name}=${repository}@sha256:…), and give new builds new tags`,
      },
    ];
  });
}

function changedMigrations(catalog: Catalog, { migrations = [] }: Candidate): Violation[] {
  const released = new Map<string, { migration: Migration; tag: string }>();
  for (const { tag, migrations } of catalog.releases) {
    for (const migration of migrations) {
      if (!released.has(migration.version)) released.set(migration.version, { migration, tag });
    }
  }
  return migrations.flatMap(({ file, migration }) => {
    const before = released.get(migration.version);
    if (before === undefined || before.migration.sha256 === migration.sha256) return [];
    return [
      {
        where: file,
        found: `SQL changed after release ${before.tag} shipped it: SHA-256 ${migration.sha256}, released as ${before.migration.sha256}`,
        expected: `bring the released SQL back (it is ${catalog.folder}/migrations/${before.migration.sha256}.sql), and write a new migration for the change`,
      },
    ];
  });
}

/** What was named now and the existing release of the same tag says otherwise. */
function differences(
  catalog: Catalog,
  existing: Release,
  services: Readonly<Record<string, Build>>,
  candidate: Candidate,
  moved: ReadonlySet<string>,
): Violation[] {
  const violations = Object.entries(services).flatMap(([name, build]) =>
    moved.has(optionOf(build, name)) ? [] : buildDifference(existing, name, build),
  );
  const differ = (where: string, named: string, recorded: string, expected = immutable) => {
    if (named === recorded) return;
    const found = `${named || "none"}, while release ${existing.tag} has ${recorded || "none"}`;
    violations.push({ where, found, expected });
  };
  for (const name of Object.keys(existing.services)) {
    if (services[name]) continue;
    const found = `no service ${name}, which release ${existing.tag} has`;
    violations.push({ where: "--image", found, expected: immutable });
  }
  const file = `${catalog.folder}/${existing.tag}.yaml`;
  if (candidate.migrations) {
    const versions = (migrations: readonly Migration[]) =>
      migrations.map(({ version }) => version).join(", ");
    const shipped = candidate.migrations.map(({ migration }) => migration);
    differ("--migrations", versions(shipped), versions(existing.migrations));
    if (shipped.length > 0) differ("--tool", candidate.tool ?? "dbmate", existing.tool ?? "dbmate");
  }
  if (candidate.commit !== undefined && !sameCommit(candidate.commit, existing.commit)) {
    differ("--commit", candidate.commit, existing.commit ?? "");
  }
  if (candidate.flags) {
    const list = (flags: readonly string[]) => [...new Set(flags)].sort().join(", ");
    differ("--flag", list(candidate.flags), list(existing.flags));
  }
  const edit = `edit ${file} and have it reviewed, or leave the option out`;
  if (candidate.ci) {
    differ("--ci-verdict", candidate.ci.verdict, existing.ci?.verdict ?? "", edit);
    if (candidate.ci.url !== undefined) differ("--ci-url", candidate.ci.url, existing.ci?.url ?? "", edit);
  }
  if (candidate.dataReadableFrom !== undefined) {
    differ("--data-readable-from", candidate.dataReadableFrom, existing.dataReadableFrom ?? "", edit);
  }
  return violations;
}

function buildDifference(existing: Release, name: string, build: Build): Violation[] {
  const recorded = existing.services[name];
  const where = optionOf(build, name);
  if (recorded === undefined) {
    return [{ where, found: `a service that release ${existing.tag} doesn't have`, expected: immutable }];
  }
  const [kind, before] = [toldApart(build).kind, toldApart(recorded).kind];
  if (kind !== before) {
    const found = `${buildInWords(build)}, while release ${existing.tag} has ${buildInWords(recorded)}`;
    return [{ where, found, expected: immutable }];
  }
  // The same bytes from another place are the same artifact, and where they were first is kept.
  if (kind !== "artifact" && fromOf(recorded) !== fromOf(build)) {
    const found = `repository ${fromOf(build)}, while release ${existing.tag} has ${fromOf(recorded)}`;
    return [{ where, found, expected: immutable }];
  }
  if (recorded.digest === build.digest) return [];
  return [
    {
      where,
      found: `${build.digest}, while release ${existing.tag} has ${recorded.digest}`,
      expected: immutable,
    },
  ];
}

/** A short SHA names the commit it begins. */
function sameCommit(a: string, b: string | undefined): boolean {
  return b !== undefined && (a.startsWith(b) || b.startsWith(a));
}
