import { basename, dirname } from "node:path";
import type { Gap, SqlSource } from "../schema/gap";
import type { AskedDatabase } from "./assessApplied";

/** The gap that a database has: of the files named as ahead those that it has applied, and what it has beside them. */
export function appliedFiles(
  { shipped, ahead }: Gap,
  applied: Pick<AskedDatabase, "versions" | "halfApplied">,
): Gap {
  const files = [...shipped, ...ahead];
  const byVersion = new Map(files.map((source) => [versionOf(source.name), source]));
  const versions = applied.versions([...byVersion.keys()].map((version) => ({ version })));
  const half = new Map([...applied.halfApplied].map(([version, reason]) => [plain(version), reason]));
  const shippedVersions = new Set(shipped.map(({ name }) => versionOf(name)));
  const beyond = [...new Set(versions.map(plain))].filter((version) => !shippedVersions.has(version));
  const read = (version: string): SqlSource | undefined =>
    half.has(version) ? undefined : byVersion.get(version);
  return {
    shipped,
    ahead: beyond.flatMap((version) => read(version) ?? []),
    unread: beyond
      .filter((version) => read(version) === undefined)
      .map((version) => ({
        name: byVersion.get(version)?.name ?? version,
        reason: half.get(version) ?? "applied in the database, and in none of the files",
      })),
  };
}

/** Of a file in a folder of its own, as Prisma's, the folder's name is the version. */
function versionOf(path: string): string {
  const name = basename(path) === "migration.sql" ? basename(dirname(path)) : basename(path);
  const [, digits] = /^[VU]?(\d+(?:[._]\d+)*)(?=_|\.|-|$)/.exec(name) ?? [];
  return basename(path) === "migration.sql" || digits === undefined ? name : plain(digits);
}

/** Tools that take versions for numbers write 0001 as 1, and Flyway 1_2 as 1.2. */
function plain(version: string): string {
  return /^\d+(?:[._]\d+)*$/.test(version)
    ? version.replaceAll("_", ".").replace(/(^|\.)0+(?=\d)/g, "$1")
    : version;
}
