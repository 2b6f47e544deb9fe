import { migrationSections } from "../catalog/migrationSections";
import { needsNoTransaction } from "../migrations/tools/folderEntries";
import { tools } from "../migrations/tools/tools";
import type { SqlSource } from "../schema/gap";

/** Both ways of one migration in a file. */
export interface SqlWays {
  up: SqlSource;
  /** Undefined where the file has none. */
  down: SqlSource | undefined;
  /** Whether the file's format has a place for the way down. */
  marked: boolean;
  /** Whether the format's tool lets a way down begin and end transactions of its own. */
  endsTransactions: boolean;
}

/** How tools mark the two ways of a migration in one file, beside dbmate. */
const markers = [
  // goose
  { up: /^--\s*\+goose\s+up\b.*$/im, down: /^--\s*\+goose\s+down\b.*$/im },
  // sql-migrate
  { up: /^--\s*\+migrate\s+up\b.*$/im, down: /^--\s*\+migrate\s+down\b.*$/im },
  // node-pg-migrate
  { up: /^--\s*up migration\b.*$/im, down: /^--\s*down migration\b.*$/im },
];

/** What a file's SQL leads up and down by: the parts that its tool marks; all of it leads up where nothing is marked. */
export function sqlWays(name: string, text: string): SqlWays {
  const used = markers.find(({ up }) => up.test(text));
  if (used === undefined) return dbmateWays(name, text);
  const up = used.up.exec(text);
  const down = used.down.exec(text);
  return {
    up: part(name, text, up, down),
    down: down === null ? undefined : withContent(part(name, text, down, up)),
    marked: true,
    // None of these is taken back by an `up`.
    endsTransactions: true,
  };
}

/** dbmate says by an option whether it wants a transaction; of plain SQL only the statements tell. */
function dbmateWays(name: string, text: string): SqlWays {
  const { up, down } = migrationSections(name, text);
  const withoutTransaction = up.withoutTransaction === true || needsNoTransaction(up.sql);
  const marked = /^--\s*migrate:(up|down)\b/m.test(text);
  return {
    up: { ...up, withoutTransaction },
    down,
    marked,
    endsTransactions: tools.dbmate.endsTransactions,
  };
}

/** From a marker to the other one, where that comes after it. */
function part(
  name: string,
  text: string,
  marker: RegExpExecArray | null,
  other: RegExpExecArray | null,
): SqlSource {
  const start = (marker?.index ?? 0) + (marker?.[0].length ?? 0);
  const end = other !== null && other.index > start ? other.index : undefined;
  return {
    name,
    sql: text.slice(start, end),
    firstLine: text.slice(0, start).split("\n").length,
    withoutTransaction: /^--\s*\+goose\s+no transaction\b|\bnotransaction\b/im.test(text),
  };
}

function withContent(source: SqlSource): SqlSource | undefined {
  return /^\s*(?!--)\S/m.test(source.sql) ? source : undefined;
}
