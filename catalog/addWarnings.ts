import { compareReleases, type Catalog } from "./catalog";
import type { ShippedMigration } from "./migrationFolder";
import { migrationLabel, type Migration, type Release } from "./release";

/**
 * What is odd about a new release, but may be meant.
 * @param shipped the migrations as they were read; undefined where no folder was named
 */
export function addWarnings(
  catalog: Catalog,
  release: Release,
  shipped: readonly ShippedMigration[] | undefined,
): string[] {
  const previous = [...catalog.releases].sort(compareReleases).at(-1);
  return [
    ...(previous ? missingParts(previous, release, shipped !== undefined) : []),
    ...otherTool(previous, release),
    ...lateMigrations(catalog, release),
    ...withoutDown(catalog, shipped ?? []),
    ...(release.ci?.verdict === "failed"
      ? [`CI failed for ${release.tag}: deploying it will be refused`]
      : []),
  ];
}

function missingParts(previous: Release, release: Release, folderNamed: boolean): string[] {
  const services = Object.keys(previous.services).filter((name) => !release.services[name]);
  const versions = new Set(release.migrations.map(({ version }) => version));
  const migrations = previous.migrations.filter(({ version }) => !versions.has(version));
  const warnings: string[] = [];
  if (services.length > 0) {
    warnings.push(
      `${release.tag} has no ${services.join(", ")}, which the previous release ${previous.tag} has; to keep those images: --same-as ${previous.tag}`,
    );
  }
  if (migrations.length > 0) {
    const hint = folderNamed ? "is the folder complete?" : "name the folder: --migrations FOLDER";
    warnings.push(
      `${release.tag} lacks migrations that ${previous.tag} ships (${names(migrations)}); ${hint}`,
    );
  }
  return warnings;
}

function otherTool(previous: Release | undefined, { tag, tool, migrations }: Release): string[] {
  const [before, now] = [previous?.tool ?? "dbmate", tool ?? "dbmate"];
  if (previous === undefined || before === now) return [];
  if (previous.migrations.length === 0 || migrations.length === 0) return [];
  return [`${tag} has ${now}'s migrations, while the previous release ${previous.tag} has ${before}'s`];
}

/** Hotfix branches do that: a database may have applied later ones before. */
function lateMigrations(catalog: Catalog, release: Release): string[] {
  const released = catalog.releases.flatMap(({ tag, migrations }) =>
    migrations.map((migration) => ({ tag, migration })),
  );
  const known = new Set(released.map(({ migration }) => migration.version));
  return release.migrations.flatMap((migration) => {
    if (known.has(migration.version)) return [];
    const later = released.find((other) => comesLater(release, migration, other.migration));
    if (later === undefined) return [];
    return [
      `migration ${names([migration])} is new but sorts before ${names([later.migration])}, which release ${later.tag} shipped already`,
    ];
  });
}

/** By version where the versions of the tool are its order; else by the release's own order, where there is one. */
function comesLater({ tool = "dbmate", migrations }: Release, one: Migration, other: Migration): boolean {
  if (tool === "dbmate") return other.version > one.version;
  // These go by dependencies: of two that don't depend on each other neither is late.
  if (tool === "alembic" || tool === "django") return false;
  const place = (wanted: Migration) => migrations.findIndex(({ version }) => version === wanted.version);
  return place(other) > place(one);
}

function withoutDown(catalog: Catalog, shipped: readonly ShippedMigration[]): string[] {
  const known = new Set(catalog.releases.flatMap(({ migrations }) => migrations.map(({ sha256 }) => sha256)));
  const up = shipped.filter(({ migration, hasDown }) => !hasDown && !known.has(migration.sha256));
  if (up.length === 0) return [];
  return [`no way down in ${names(up.map(({ migration }) => migration))}: it can't be stepped down`];
}

function names(migrations: readonly Migration[]): string {
  return migrations.map(migrationLabel).join(", ");
}
