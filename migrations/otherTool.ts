import { readFile } from "node:fs/promises";
import type { Client } from "pg";
import { originOf } from "../catalog/capturedSql";
import type { Query } from "../schema/snapshot/query";
import type { MigrationReport, MigrationRequest } from "./request";
import { appliedVersionsOf } from "./tools/appliedVersionsOf";
import { notRunnable } from "./tools/notRunnable";
import { askState } from "./tools/readAppliedState";
import type { ToolName } from "./tools/tool";

/** The table of dbmate, which a request names where nobody named another. */
const dbmatesTable = "schema_migrations";

/** The tool that a release's migrations were taken over from; undefined where they are dbmate's. */
export async function otherToolOf({ migrations }: MigrationRequest): Promise<ToolName | undefined> {
  const [first] = migrations;
  return first && originOf(await readFile(first.file, "utf8"))?.tool;
}

/**
 * What another tool has applied. Its migrations are never run from here: dbmate would run them a second time.
 * @throws Error when something is pending, with the tool's own command
 */
export async function reportOtherTool(
  client: Client,
  { table, migrations }: MigrationRequest,
  tool: ToolName,
): Promise<MigrationReport> {
  const query: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query(sql, [...parameters])).rows as Row[];
  const state = await askState(query, { tool, table: table === dbmatesTable ? undefined : table });
  const applied = state === undefined ? [] : appliedVersionsOf(state, migrations);
  const pending = migrations.filter(({ version }) => !applied.includes(version));
  const reason = notRunnable({ tool }, pending);
  if (reason !== undefined) throw new Error(reason);
  return { ran: [], applied };
}
