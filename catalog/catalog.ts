import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { editDistance } from "../settings/nearestName";
import { InvalidInput, type Violation } from "../settings/violations";
import { buildReference } from "./build";
import { compareTexts, violationsAcross, type FiledRelease } from "./consistency";
import { migrationLabel, type Migration, type Release } from "./release";
import { parseRelease } from "./releaseFile";

/** All known releases. */
export interface Catalog {
  /** The folder it was read from, as the caller named it. */
  folder: string;
  /** By order, oldest first; ties by time, then by tag. */
  releases: readonly Release[];
}

/** A catalog as far as it can be used, and what is wrong with it. */
export interface CatalogSurvey {
  /** Without the releases whose file can't be read, or is not named as its tag. */
  catalog: Catalog;
  /**
   * What is wrong with the files of these releases, between them, and with the SQL that they name.
   * @param tags releases that something rests on. @default all
   */
  violations: (tags?: ReadonlySet<string>) => Violation[];
}

/**
 * Reads `<folder>/<tag>.yaml` of all releases and checks the SQL that they name.
 * Files whose names begin with a dot, and files of other kinds, are left alone.
 * @throws InvalidInput with everything that is wrong with any of the files
 */
export function readCatalog(folder: string): Catalog {
  const { catalog, violations } = surveyCatalog(folder);
  const found = violations();
  if (found.length > 0) throw new InvalidInput(`The catalog ${folder} can't be used`, found);
  return catalog;
}

/**
 * Reads the catalog without giving up at the first mistake: one in a release that nothing rests on must not stand in
 * the way.
 * @throws InvalidInput when the folder can't be read
 */
export function surveyCatalog(folder: string): CatalogSurvey {
  const unread: { tag: string; violations: Violation[] }[] = [];
  const filed: FiledRelease[] = [];
  for (const name of releaseFileNames(folder)) {
    const file = join(folder, name);
    const tag = name.replace(/\.ya?ml$/, "");
    const read = name.endsWith(".yml") ? { violations: [misnamed(file)] } : parseFile(file);
    if ("violations" in read) unread.push({ tag, violations: read.violations });
    else filed.push({ file, name: tag, release: read.release });
  }
  filed.sort((a, b) => compareReleases(a.release, b.release));
  const known = new Set(filed.map(({ release }) => release.tag));
  return {
    catalog: {
      folder,
      releases: filed.filter(({ name, release }) => name === release.tag).map(({ release }) => release),
    },
    violations: (tags) => {
      const meant = (tag: string) => tags === undefined || tags.has(tag);
      const among = filed.filter(({ name }) => meant(name));
      return [
        ...unread.filter(({ tag }) => meant(tag)).flatMap(({ violations }) => violations),
        ...violationsAcross(among, known),
        ...sqlViolations(folder, among),
      ];
    },
  };
}

function misnamed(file: string): Violation {
  return {
    where: file,
    found: 'a file ending in ".yml"',
    expected: `rename it: mv ${file} ${file.replace(/\.yml$/, ".yaml")}`,
  };
}

/** The release of a tag; undefined where the catalog has none. */
export function findRelease(catalog: Catalog, tag: string): Release | undefined {
  return catalog.releases.find((release) => release.tag === tag);
}

/** What a stack knows of releases, by tag. */
export interface TagStanding {
  /** Known good, whether quarantined since or not. */
  good: ReadonlySet<string>;
  quarantined: ReadonlySet<string>;
}

/** The tags that a person may have meant: by edit distance; ties by how they stand on the stack, then newest first. */
export function nearestTags(catalog: Catalog, tag: string, count = 3, standing?: TagStanding): string[] {
  const rank = (own: string) =>
    standing?.quarantined.has(own) === true ? 2 : standing?.good.has(own) === true ? 0 : 1;
  return catalog.releases
    .map((release, index) => ({ tag: release.tag, distance: editDistance(tag, release.tag), index }))
    .sort((a, b) => a.distance - b.distance || rank(a.tag) - rank(b.tag) || b.index - a.index)
    .slice(0, count)
    .map((candidate) => candidate.tag);
}

/**
 * What to do about a tag that the catalog doesn't have: the nearest ones, and how all are listed.
 * @param standing how they stand on the stack, where it is asked for one
 */
export function adviseTag(catalog: Catalog, tag: string, standing?: TagStanding): string {
  const nearest = nearestTags(catalog, tag, undefined, standing).map((near) =>
    standing?.quarantined.has(near) === true ? `${near} (quarantined)` : near,
  );
  if (nearest.length === 0)
    return `the catalog ${catalog.folder} has no release yet: npx knowngood release add --help`;
  return `name a release of the catalog, such as ${nearest.join(", ")}; all: npx knowngood release list`;
}

/** By tag, the migrations of each release that no release before it in the catalog's order ships. */
export function newMigrations(catalog: Catalog): Map<string, Migration[]> {
  const shipped = new Set<string>();
  return new Map(
    catalog.releases.map(({ tag, migrations }) => {
      const added = migrations.filter(({ version }) => !shipped.has(version));
      for (const { version } of added) shipped.add(version);
      return [tag, added];
    }),
  );
}

/**
 * Every migration of the catalog, oldest first, in an order that agrees with every release's own: what one branch
 * shipped between two others stands between them, whenever it was added.
 */
export function migrationOrder(catalog: Catalog): Migration[] {
  const order: Migration[] = [];
  for (const { migrations } of catalog.releases) {
    const place = new Map(order.map(({ version }, index) => [version, index]));
    // From the end, so that a new one goes before the next one that is known.
    let next = order.length;
    for (const migration of [...migrations].reverse()) {
      const known = place.get(migration.version);
      if (known === undefined) order.splice(next, 0, migration);
      else next = known;
    }
  }
  // dbmate runs and takes back by version, whichever release came first.
  const isDbmates = catalog.releases.every(({ tool }) => (tool ?? "dbmate") === "dbmate");
  return isDbmates ? order.sort((one, other) => compareTexts(one.version, other.version)) : order;
}

/**
 * The SQL of a migration, up and down, in dbmate's format.
 * @throws InvalidInput when the file is missing, or its content is not what was released
 */
export function migrationSql(catalog: Catalog, migration: Migration): string {
  const wanted = `the release's migration ${migrationLabel(migration)}`;
  const read = readSql(catalog.folder, migration.sha256, wanted);
  if ("violation" in read)
    throw new InvalidInput(`The catalog ${catalog.folder} can't be used`, [read.violation]);
  return read.sql.toString("utf8");
}

/** What each service runs, `service=repository@sha256:…`: the same digests in other services are another release. */
export function buildsByService({ services }: Pick<Release, "services">): string[] {
  return Object.entries(services).map(([service, build]) => `${service}=${buildReference(build)}`);
}

/** Where the SQL of a migration lies. */
export function sqlFile(folder: string, sha256: string): string {
  return join(folder, "migrations", `${sha256}.sql`);
}

/** The catalog's order: by `order`, then time, then tag. */
export function compareReleases(a: Release, b: Release): number {
  return a.order - b.order || Date.parse(a.time) - Date.parse(b.time) || compareTexts(a.tag, b.tag);
}

function releaseFileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith(".") && /\.ya?ml$/.test(name))
      .sort(compareTexts);
  } catch (error) {
    throw new InvalidInput(`The catalog ${folder} can't be used`, [
      {
        where: folder,
        found:
          (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such folder" : (error as Error).message,
        expected:
          "name the folder of the releases, or add the first one: npx knowngood release add TAG --image SERVICE=IMAGE",
      },
    ]);
  }
}

function parseFile(file: string): ReturnType<typeof parseRelease> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const expected = "make it a file that can be read";
    return { violations: [{ where: file, found: (error as Error).message, expected }] };
  }
  return parseRelease(file, text);
}

/** Each SQL file is read once, however many releases ship it. */
function sqlViolations(folder: string, filed: readonly FiledRelease[]): Violation[] {
  const named = new Map<string, { migration: Migration; tag: string }>();
  for (const { release } of filed) {
    for (const migration of release.migrations) {
      if (!named.has(migration.sha256)) named.set(migration.sha256, { migration, tag: release.tag });
    }
  }
  return [...named].flatMap(([sha256, { migration, tag }]) => {
    const read = readSql(folder, sha256, `release ${tag}'s migration ${migrationLabel(migration)}`);
    return "violation" in read ? [read.violation] : [];
  });
}

function readSql(folder: string, sha256: string, wanted: string): { sql: Buffer } | { violation: Violation } {
  const file = sqlFile(folder, sha256);
  const restore = `bring it back: git checkout -- ${file}`;
  let sql: Buffer;
  try {
    sql = readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? `no file, which ${wanted} needs` : (error as Error).message;
    return { violation: { where: file, found, expected: restore } };
  }
  const actual = createHash("sha256").update(sql).digest("hex");
  if (actual === sha256) return { sql };
  const unix = createHash("sha256")
    .update(sql.toString("latin1").replaceAll("\r\n", "\n"), "latin1")
    .digest("hex");
  return {
    violation: {
      where: file,
      found: `content with SHA-256 ${actual}, changed since ${wanted} was added`,
      expected:
        unix === sha256
          ? `its line endings were converted: add "*.sql -text" to ${join(folder, ".gitattributes")}, then ${restore}`
          : restore,
    },
  };
}
