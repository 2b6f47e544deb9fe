import { originOf } from "../../catalog/capturedSql";
import type { Migration } from "../../catalog/release";
import { notJudgedApps } from "./appliedVersionsOf";
import type { AppliedProblem, AppliedState } from "./tool";

/**
 * What a database says of its migrations and the catalog contradicts: versions that no release ships, and checksums
 * that the tool recorded of another text than the catalog's.
 * @param known every migration of the catalog, in its order: `migrationOrder`
 * @param sqlOf the SQL that the catalog holds of one: `migrationSql`
 */
export function catalogProblems(
  state: AppliedState,
  known: readonly Migration[],
  sqlOf: (migration: Migration) => string,
): AppliedProblem[] {
  const byVersion = new Map(known.map((migration) => [migration.version, migration]));
  const leftOut = notJudgedApps(state, known);
  return state.applied.flatMap(({ version, checksum }): AppliedProblem[] => {
    const migration = byVersion.get(version);
    if (migration === undefined) {
      const isLeftOut = leftOut.some((app) => version.startsWith(`${app}.`));
      return isLeftOut || version === state.baseline ? [] : [unknown(state, version)];
    }
    if (checksum === undefined) return [];
    const shipped = originOf(sqlOf(migration))?.checksum;
    return shipped === undefined || shipped === checksum ? [] : [changed(state, version, checksum, shipped)];
  });
}

function unknown({ tool }: AppliedState, version: string): AppliedProblem {
  return {
    version,
    kind: "unknown",
    reason: `The database has applied ${version}, which no release of the catalog ships: nobody can say what it does.`,
    remedy: `Add the release that ships it, with its migrations (npx knowngood release add TAG --tool ${tool} --migrations FOLDER).`,
  };
}

function changed({ tool }: AppliedState, version: string, applied: string, shipped: string): AppliedProblem {
  return {
    version,
    kind: "checksum",
    reason: `Migration ${version} was applied from another text than the catalog's: ${tool} recorded the checksum ${applied}, the catalog's has ${shipped}.`,
    remedy: "Find the text that was applied, and release the difference as a migration of its own.",
  };
}
