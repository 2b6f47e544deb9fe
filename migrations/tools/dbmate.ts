import { readDbmateFolder } from "../../catalog/dbmateMigrations";
import { byVersion } from "../../schema/schemaPlan";
import type { MigrationTool } from "./tool";

/** dbmate: `<version>_<name>.sql` with both ways in one file; one row a version. */
export const dbmate: MigrationTool = {
  name: "dbmate",
  table: "schema_migrations",
  ownsTable: (columns) => columns.includes("version") && !columns.includes("dirty"),
  async readApplied(query, table) {
    const rows = await query<{ version: string }>(
      `SELECT version::text AS version FROM ${table} ORDER BY version::text COLLATE "C"`,
    );
    const applied = rows.map(({ version }) => ({ version }));
    return { applied, head: applied.at(-1)?.version, headOnly: false, problems: [] };
  },
  compareVersions: byVersion,
  ownsFolder: (entries) =>
    entries.some(({ name, text }) => name.endsWith(".sql") && /^--\s*migrate:up/m.test(text())),
  readFolder: (folder) => Promise.resolve({ ...readDbmateFolder(folder), told: [] }),
  whenAhead: {
    starts: true,
    words: "dbmate leaves versions alone that it has no file for, and goes on.",
  },
  endsTransactions: false,
};
