import { migrationSql, type Catalog } from "../catalog/catalog";
import type { Migration } from "../catalog/release";
import { catalogProblems } from "../migrations/tools/catalogProblems";
import type { AppliedProblem, AppliedState } from "../migrations/tools/tool";
import { InvalidInput } from "../settings/violations";

/** Migrations that were applied from another text than the catalog's. What no release ships is told by what is ahead. */
export function textProblems(
  state: AppliedState,
  catalog: Catalog,
  order: readonly Migration[],
): AppliedProblem[] {
  return catalogProblems(state, order, (migration) => sqlOf(catalog, migration)).filter(
    ({ kind }) => kind === "checksum",
  );
}

/** Empty for a migration whose file is missing: that is told where the catalog is read. */
function sqlOf(catalog: Catalog, migration: Migration): string {
  try {
    return migrationSql(catalog, migration);
  } catch (error) {
    if (error instanceof InvalidInput) return "";
    throw error;
  }
}
