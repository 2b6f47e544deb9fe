import { show, type Violation } from "../settings/violations";
import type { Release } from "./release";

/** A release with the file that it was read from. */
export interface FiledRelease {
  file: string;
  /** The file's name without `.yaml`. */
  name: string;
  release: Release;
}

/** Byte order, the same on every machine: what dbmate sorts versions by. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What is wrong between the parts of releases that are each well written.
 * @param filed in the catalog's order
 * @param known the tags of the whole catalog, of which these may be a part
 */
export function violationsAcross(
  filed: readonly FiledRelease[],
  known: ReadonlySet<string> = new Set(filed.map(({ release }) => release.tag)),
): Violation[] {
  return [
    ...tagViolations(filed),
    ...filed.flatMap(({ file, release }) => versionViolations(`${file}: migrations`, release)),
    ...changedMigrations(filed),
    ...filed.flatMap(({ file, release }) => dataViolations(file, release, known)),
  ];
}

/** Versions more than once in one release, or out of order where the tool's order is that of the versions. */
function versionViolations(
  where: string,
  { tool = "dbmate", migrations }: Pick<Release, "tool" | "migrations">,
): Violation[] {
  const first = new Map<string, number>();
  return migrations.flatMap(({ version }, index) => {
    const before = migrations[index - 1];
    const same = first.get(version);
    first.set(version, same ?? index);
    const violation = (after: string, expected: string) => [
      { where: `${where}[${index}].version`, found: `${show(version)} after ${show(after)}`, expected },
    ];
    if (same !== undefined) return violation(version, "give each version once");
    if (tool !== "dbmate" || before === undefined || before.version < version) return [];
    return violation(before.version, "sort migrations by version, as text, oldest first");
  });
}

function tagViolations(filed: readonly FiledRelease[]): Violation[] {
  const first = new Map<string, string>();
  return filed.flatMap(({ file, name, release }) => {
    const violations: Violation[] = [];
    if (name !== release.tag) {
      const expected = `write tag: ${show(name)}, or name the file ${release.tag}.yaml`;
      violations.push({ where: `${file}: tag`, found: show(release.tag), expected });
    }
    const other = first.get(release.tag);
    if (other === undefined) first.set(release.tag, file);
    else {
      const found = `${show(release.tag)}, which ${other} has too`;
      violations.push({
        where: `${file}: tag`,
        found,
        expected: "keep one release a tag: remove one of the files",
      });
    }
    return violations;
  });
}

function changedMigrations(filed: readonly FiledRelease[]): Violation[] {
  const first = new Map<string, { sha256: string; tag: string }>();
  return filed.flatMap(({ file, release }) =>
    release.migrations.flatMap((migration, index) => {
      const released = first.get(migration.version);
      if (released === undefined) {
        first.set(migration.version, { sha256: migration.sha256, tag: release.tag });
        return [];
      }
      if (released.sha256 === migration.sha256) return [];
      return [
        {
          where: `${file}: migrations[${index}].sha256`,
          found: `${migration.sha256}, while release ${released.tag} has ${released.sha256} for version ${migration.version}`,
          expected:
            "never change a released migration: keep its SQL, and write a new migration for the change",
        },
      ];
    }),
  );
}

function dataViolations(file: string, release: Release, known: ReadonlySet<string>): Violation[] {
  const tag = release.dataReadableFrom;
  if (tag === undefined || known.has(tag)) return [];
  const expected = "name a release of this catalog: npx knowngood release list";
  return [{ where: `${file}: dataReadableFrom`, found: show(tag), expected }];
}
