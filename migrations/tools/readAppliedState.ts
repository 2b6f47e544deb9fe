import { escapeIdentifier, type Client } from "pg";
import type { Query } from "../../schema/snapshot/query";
import { connect, databaseMissing, errorCode } from "../connection";
import { toolNames, type AppliedProblem, type AppliedState, type MigrationTool, type ToolName } from "./tool";
import { tools } from "./tools";

export interface AppliedStateOptions {
  /** @default the one whose table is there */
  tool?: ToolName;
  /** With its schema where it is not on the search path. @default the tool's own */
  table?: string;
}

/** Seconds that one question may take. */
const statementSeconds = 5;

/**
 * Asks a database what it has applied, reading only.
 * @returns undefined for a database that does not exist, or holds no tool's table
 * @throws Error when it can't be reached in 3 s or asked in 5 s, or the named table is not the tool's
 */
export async function readAppliedState(
  url: string,
  options: AppliedStateOptions = {},
): Promise<AppliedState | undefined> {
  let client: Client;
  try {
    client = await connect(url);
  } catch (error) {
    if (errorCode(error) === databaseMissing) return undefined;
    throw error;
  }
  try {
    await client.query(
      `SET default_transaction_read_only = on; SET statement_timeout = '${statementSeconds}s'`,
    );
    const query: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query(sql, [...parameters])).rows as Row[];
    return await askState(query, options);
  } finally {
    await client.end();
  }
}

/** The same on a connection that is there already. */
export async function askState(
  query: Query,
  { tool: name, table }: AppliedStateOptions,
): Promise<AppliedState | undefined> {
  const candidates = name === undefined ? toolNames.map((each) => tools[each]) : [tools[name]];
  const asked = [...new Set(table === undefined ? candidates.map((tool) => tool.table) : [table])];
  const columns = await columnsOf(query, asked);
  const found = candidates.flatMap((tool) => {
    const own = columns.get(table ?? tool.table);
    return own !== undefined && tool.ownsTable(own) ? [{ tool, table: table ?? tool.table }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) {
    if (name !== undefined || table !== undefined) refuseForeign(columns, name);
    return undefined;
  }
  const state = await first.tool.readApplied(query, quoted(first.table));
  const problems = others.length === 0 ? state.problems : [...state.problems, several(first.tool, others)];
  return { tool: first.tool.name, table: first.table, ...state, problems };
}

/** The columns of those tables that are there. */
async function columnsOf(query: Query, tables: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await query<{ index: string; columns: string[] }>(
    `SELECT asked.index::text AS index, array_agg(a.attname::text) AS columns
     FROM unnest($1::text[]) WITH ORDINALITY AS asked (name, index)
     JOIN pg_attribute a ON a.attrelid = to_regclass(asked.name) AND a.attnum > 0 AND NOT a.attisdropped
     GROUP BY asked.index`,
    [tables.map(quoted)],
  );
  return new Map(rows.map(({ index, columns }) => [tables[Number(index) - 1] ?? "", columns]));
}

function quoted(table: string): string {
  return table.split(".").map(escapeIdentifier).join(".");
}

function refuseForeign(columns: ReadonlyMap<string, readonly string[]>, name: ToolName | undefined): void {
  for (const [table, own] of columns) {
    const whose = name === undefined ? "of no migration tool that is known here" : `not ${name}'s`;
    throw new Error(
      `The table ${table} is ${whose}: it has the columns ${own.join(", ")}. Name the tool by database.tool, and its table by database.table.`,
    );
  }
}

function several(
  first: MigrationTool,
  others: readonly { tool: MigrationTool; table: string }[],
): AppliedProblem {
  const all = [first.name, ...others.map(({ tool }) => tool.name)];
  return {
    kind: "several-tools",
    reason: `The database holds the tables of several migration tools (${all.join(", ")}); ${first.name}'s is believed.`,
    remedy: `Name the one that counts in the settings: database.tool: ${all.at(-1)}.`,
  };
}
