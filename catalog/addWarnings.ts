import { compareReleases, type Catalog } from "./catalog";
import type { ShippedMigration } from "./migrationFolder";
import type { Migration, Release } from "./release";

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

/** Hotfix branches do that: a database may have applied later ones before. */
function lateMigrations(catalog: Catalog, release: Release): string[] {
  const released = catalog.releases.flatMap(({ tag, migrations }) =>
    migrations.map((migration) => ({ tag, migration })),
  );
  const known = new Set(released.map(({ migration }) => migration.version));
  return release.migrations.flatMap((migration) => {
    if (known.has(migration.version)) return [];
    const later = released.find((other) => other.migration.version > migration.version);
    if (later === undefined) return [];
    return [
      `migration ${names([migration])} is new but sorts before ${names([later.migration])}, which release ${later.tag} shipped already`,
    ];
  });
}

function withoutDown(catalog: Catalog, shipped: readonly ShippedMigration[]): string[] {
  const known = new Set(catalog.releases.flatMap(({ migrations }) => migrations.map(({ sha256 }) => sha256)));
  const up = shipped.filter(({ migration, hasDown }) => !hasDown && !known.has(migration.sha256));
  if (up.length === 0) return [];
  return [`no -- migrate:down in ${names(up.map(({ migration }) => migration))}: it can't be stepped down`];
}

function names(migrations: readonly Migration[]): string {
  return migrations.map(({ version, name }) => `${version}_${name}`).join(", ");
}
