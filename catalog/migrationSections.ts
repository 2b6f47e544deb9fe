import type { SqlSource } from "../schema/gap";
import { keepsLines } from "./capturedSql";

/** Both ways of a migration in dbmate's format. */
export interface MigrationSections {
  up: SqlSource;
  /** Undefined where the migration has no way down, or an empty one. */
  down: SqlSource | undefined;
}

const header = (way: "up" | "down") => new RegExp(`^--\\s*migrate:${way}([^\\n]*)$`, "m");

/**
 * Splits a migration at its markers.
 * @param name what findings call it: version and name
 * @param text the file as it is; one without markers is all up
 */
export function migrationSections(name: string, text: string): MigrationSections {
  const up = header("up").exec(text);
  const down = header("down").exec(text);
  const end = down?.index ?? text.length;
  return {
    up: section(name, text, up, end),
    down:
      down === null || isBlank(text.slice(bodyStart(down)))
        ? undefined
        : section(name, text, down, text.length),
  };
}

function section(name: string, text: string, marker: RegExpExecArray | null, end: number): SqlSource {
  const start = marker === null ? 0 : bodyStart(marker);
  return {
    name,
    sql: text.slice(start, end),
    firstLine: firstLine(text, start, marker),
    withoutTransaction: /transaction:false/.test(marker?.[1] ?? ""),
  };
}

/** What was taken over from another tool's file is counted as there: the line below the marker is its first. */
function firstLine(text: string, start: number, marker: RegExpExecArray | null): number {
  return marker !== null && keepsLines(text) ? 0 : text.slice(0, start).split("\n").length;
}

function bodyStart(marker: RegExpExecArray): number {
  return marker.index + marker[0].length;
}

function isBlank(sql: string): boolean {
  return sql.split("\n").every((line) => line.trim() === "" || line.trim().startsWith("--"));
}
