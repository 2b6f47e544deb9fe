import { readFile } from "node:fs/promises";
import type { Client } from "pg";
import { originOf } from "../catalog/capturedSql";
import type { Migration } from "../catalog/release";
import type { Query } from "../schema/snapshot/query";
import type { MigrationReport, MigrationRequest } from "./request";
import { appliedVersionsOf } from "./tools/appliedVersionsOf";
import { notRunnable } from "./tools/notRunnable";
import { askState } from "./tools/readAppliedState";
import type { AppliedProblem, ToolName } from "./tools/tool";

/** The table of dbmate, which a request names where nobody named another. */
const dbmatesTable = "schema_migrations";

/**
 * The tool that is not to be taken for dbmate: the one that a release's migrations were taken over from, else the one
 * whose table the database has, which dbmate's questions can fail on. Undefined where it is dbmate, or nobody's.
 */
export async function otherToolOf(
  client: Client,
  { migrations, table }: Pick<MigrationRequest, "migrations" | "table">,
): Promise<ToolName | undefined> {
  const [first] = migrations;
  if (first !== undefined) return originOf(await readFile(first.file, "utf8"))?.tool;
  // A table that can't be read so is for dbmate to judge, as it is where something is shipped.
  const state = await askState(asking(client), { table: named(table) }).catch(() => undefined);
  return state?.tool === "dbmate" ? undefined : state?.tool;
}

/**
 * What another tool has applied. Its migrations are never run from here: dbmate would run them a second time.
 * @throws Error when something is pending, with the tool's own command
 */
export async function reportOtherTool(
  client: Client,
  request: MigrationRequest,
  tool: ToolName,
): Promise<MigrationReport> {
  const { migrations } = request;
  const { applied } = await appliedByTool(client, request, tool);
  const pending = migrations.filter(({ version }) => !applied.includes(version));
  const reason = notRunnable({ tool }, pending);
  if (reason !== undefined) throw new Error(reason);
  return { ran: [], applied };
}

/** What a tool's table says is applied, oldest first, and what is wrong there. */
export async function appliedByTool(
  client: Client,
  { table, migrations }: { table: string; migrations: readonly Pick<Migration, "version">[] },
  tool: ToolName,
): Promise<{ applied: string[]; problems: readonly AppliedProblem[] }> {
  const state = await askState(asking(client), { tool, table: named(table) });
  if (state === undefined) return { applied: [], problems: [] };
  return { applied: appliedVersionsOf(state, migrations), problems: state.problems };
}

function named(table: string): string | undefined {
  return table === dbmatesTable ? undefined : table;
}

function asking(client: Client): Query {
  return async <Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query(sql, [...parameters])).rows as Row[];
}
