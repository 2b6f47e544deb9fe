import type { ToolName, WhenAhead } from "./tool";
import { tools } from "./tools";

/**
 * What a release's own runner does on a database with these versions: `whenAhead` of its tool, and where that depends
 * on the versions, decided. Only to be asked where the database has versions that the release does not ship.
 * @param shipped versions that the release ships
 * @param applied versions that are applied, oldest first
 * @param heads the heads that the database holds, of a tool that keeps only these; @default the newest applied
 */
export function runnerWhenAhead(
  tool: ToolName,
  shipped: readonly string[],
  applied: readonly string[],
  heads: readonly string[] = applied.slice(-1),
): WhenAhead {
  const { whenAhead } = tools[tool];
  const has = (version: string) => shipped.includes(version);
  switch (tool) {
    case "golang-migrate":
    case "alembic":
      return heads.every(has)
        ? { starts: true, words: `${tool} knows the version that the database is at, and goes on.` }
        : whenAhead;
    case "flyway": {
      const { compareVersions } = tools.flyway;
      const unknown = applied.filter((version) => !has(version));
      const isFuture = (version: string) =>
        !version.startsWith("R__") &&
        shipped.every((own) => own.startsWith("R__") || (compareVersions?.(version, own) ?? 0) > 0);
      return { ...whenAhead, starts: unknown.every(isFuture) };
    }
    case "dbmate":
    case "goose":
    case "laravel":
    case "prisma":
    case "django":
      return whenAhead;
  }
}
