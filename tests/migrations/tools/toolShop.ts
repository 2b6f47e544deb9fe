import { expect } from "chai";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { unreadReason } from "../../../catalog/capturedSql";
import { migrationSections } from "../../../catalog/migrationSections";
import { migrationLabel } from "../../../catalog/release";
import { readAppliedState } from "../../../migrations/tools/readAppliedState";
import type { AppliedState, FolderContents, MigrationTool, ToolName } from "../../../migrations/tools/tool";
import type { Server } from "../server";
import type { Ended } from "./run";

/** Writes files below a folder, by their paths. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** What a database says, which must be this tool's. */
export async function stateOf(url: string, tool: ToolName): Promise<AppliedState> {
  const state = await readAppliedState(url);
  if (state?.tool !== tool) throw new Error(`found ${state?.tool ?? "no tool"}, not ${tool}`);
  return state;
}

export const versions = ({ applied }: Pick<AppliedState, "applied">) => applied.map(({ version }) => version);

/** What was read of a folder in short; anything wrong with it fails. */
export function summaryOf({ migrations, violations }: FolderContents): string[] {
  if (violations.length > 0) throw new Error(JSON.stringify(violations));
  return migrations.map(({ migration, hasDown, sql }) => {
    const unread = unreadReason(sql.toString("utf8"));
    return `${migrationLabel(migration)}${hasDown ? " with down" : ""}${unread ? ` unread: ${unread}` : ""}`;
  });
}

/** The columns of a database's tables, without those of the tools themselves. */
export async function columnsOf(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ column: string }>(
      `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS column
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN
         ('schema_migrations', 'goose_db_version', 'alembic_version', '_prisma_migrations', 'django_migrations')
       ORDER BY 1`,
    );
    return rows.map(({ column }) => column);
  });
}

/** Runs what was captured of the first so many migrations, and then so many ways down of the last of these. */
export async function runCaptured(
  url: string,
  { migrations }: FolderContents,
  { up = migrations.length, down = 0 } = {},
): Promise<void> {
  const sections = migrations
    .slice(0, up)
    .map(({ migration, sql }) => migrationSections(migration.version, sql.toString("utf8")));
  await withClient(url, async (client) => {
    for (const section of sections) await client.query(section.up.sql);
    for (const section of sections.slice(up - down).reverse()) {
      if (section.down === undefined) throw new Error(`${section.up.name} has no way down`);
      await client.query(section.down.sql);
    }
  });
}

/**
 * That what was captured of a shop's folder does what its tool does: the ways up, and the second one's way down, which
 * leaves the orders as the first has made them.
 * @param up runs the same ways up by the tool itself
 * @param count how many ways up. Default all
 */
export async function proveCaptured(
  server: Pick<Server, "newDatabase">,
  contents: FolderContents,
  up: (url: string) => Promise<unknown>,
  count = contents.migrations.length,
): Promise<void> {
  const [own, captured, back] = [
    await server.newDatabase(),
    await server.newDatabase(),
    await server.newDatabase(),
  ];
  await up(own);
  await runCaptured(captured, contents, { up: count });
  expect(await columnsOf(captured)).to.deep.equal(await columnsOf(own));
  await runCaptured(back, contents, { up: 2, down: 1 });
  expect(await columnsOf(back)).to.deep.equal(firstOrders);
}

/** That a tool runs a way down that ends its transaction, to the end. */
export async function proveEndsTransactions(
  server: Pick<Server, "newDatabase">,
  tool: Pick<MigrationTool, "endsTransactions">,
  { up, down }: { up: (url: string) => Promise<unknown>; down: (url: string) => Promise<Ended> },
): Promise<string> {
  const url = await server.newDatabase();
  await up(url);
  const { code, output } = await down(url);
  expect(code, output).to.equal(0);
  expect(await columnsOf(url)).to.deep.equal(firstOrders);
  expect(tool.endsTransactions).to.equal(true);
  return url;
}

/** The shop's tables as its first migration makes them. */
const firstOrders = ["orders.id integer NO"];

/** Runs statements, as many as there are. */
export async function runSql(url: string, sql: string): Promise<void> {
  await withClient(url, (client) => client.query(sql));
}

async function withClient<Answer>(url: string, work: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = new Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
