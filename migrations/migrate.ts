import { readFile } from "node:fs/promises";
import type { Client } from "pg";
import type { BackupReport } from "../backups/request";
import { appliedVersions } from "./appliedVersions";
import { backUpFirst, noneBegun } from "./backUpFirst";
import { connect } from "./connection";
import { dbmate } from "./dbmate";
import { lock, stopRunners } from "./lock";
import { failingStatement } from "./failingStatement";
import { otherToolOf, reportOtherTool } from "./otherTool";
import { migrateByRunner } from "./runner/migrateByRunner";
import { removeLeftover } from "./runner/runInPlace";
import { shortened } from "./statements";
import type { MigrationReport, MigrationRequest } from "./request";

/**
 * Applies what is pending, under an advisory lock, so that two runs at once don't apply it twice: by the user's own runner
 * where there is one, else by dbmate. Without a runner another tool's migrations are only looked for. A backup that is asked for is made first, under the same lock.
 * @param now for the backup's name
 * @throws Error that says which migration and which statement failed, and how the database stands
 */
export async function migrate(request: MigrationRequest, now = new Date()): Promise<MigrationReport> {
  const { runner } = request;
  // What a killed run left would hold the lock's other half: its connections.
  if (runner !== undefined) await removeLeftover(runner.where);
  const client = await connect(request.url);
  try {
    await lock(client, request.lockTimeout);
    if (runner !== undefined) return await migrateByRunner(client, { ...request, runner }, now);
    const other = await otherToolOf(client, request);
    if (other !== undefined) return await reportOtherTool(client, request, other);
    const before = new Set(await appliedVersions(client, request.table));
    const pending = request.migrations.filter(({ version }) => !before.has(version));
    let backup: BackupReport | undefined;
    if (pending.length > 0) {
      backup = await backUpFirst(client, request, [...before], now, noneBegun);
      const { exitCode, signal, output } = await dbmate("migrate", { ...request, migrations: pending });
      if (signal !== undefined) throw new Error(await interruption(client, request, signal));
      if (exitCode !== 0) throw new Error(await failure(client, request, output));
    }
    const applied = await appliedVersions(client, request.table);
    return {
      ran: applied.filter((version) => !before.has(version)),
      applied,
      ...(backup !== undefined && { backup }),
    };
  } finally {
    await client.end();
  }
}

/** What was under way is looked at no further: who interrupts wants an end. */
async function interruption(client: Client, request: MigrationRequest, signal: string): Promise<string> {
  await stopRunners(client);
  const applied = await appliedVersions(client, request.table);
  return [
    `The migrations were interrupted (${signal}).`,
    standing(applied),
    "The running services were not touched. To go on: pulumi up",
  ].join("\n");
}

function standing(applied: readonly string[]): string {
  const head = [...applied].sort().at(-1);
  return head === undefined
    ? "The database is as it was: no migration is applied."
    : `The database is at ${head}, the last migration that was applied whole.`;
}

/** What an operator needs to know of a failed migration. */
async function failure(client: Client, request: MigrationRequest, output: string): Promise<string> {
  const applied = new Set(await appliedVersions(client, request.table));
  const failed = request.migrations.find(({ version }) => !applied.has(version));
  const reason = output
    .split("\n")
    .map((line) => /Error: (.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .at(-1);
  const lines = [
    `Migration ${failed ? `${failed.version}_${failed.name}` : ""} failed: ${reason ?? output.trim()}`,
  ];
  const statement =
    failed && (await failingStatement(client, await readFile(failed.file, "utf8")).catch(() => undefined));
  if (statement) lines.push(`  line ${statement.line}: ${shortened(statement.statement)}`);
  lines.push(
    standing([...applied]),
    "The running services were not touched. Mend the migration and release it under a new tag, or set imageTag back.",
  );
  return lines.join("\n");
}
