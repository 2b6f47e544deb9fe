import { readFile } from "node:fs/promises";
import type { Client } from "pg";
import { appliedVersions } from "./appliedVersions";
import { connect, errorCode } from "./connection";
import { dbmate } from "./dbmate";
import { failingStatement } from "./failingStatement";
import type { MigrationReport, MigrationRequest } from "./request";

/** The key of the advisory lock that one run of migrations holds; PostgreSQL keeps such locks per database. */
const lockKey = 7_233_190_515;
const lockNotAvailable = "55P03";

/**
 * Applies what is pending, under an advisory lock, so that two runs at once don't apply it twice.
 * @throws Error that says which migration and which statement failed, and how the database stands
 */
export async function migrate(request: MigrationRequest): Promise<MigrationReport> {
  const client = await connect(request.url);
  try {
    await lock(client, request.lockTimeout);
    const before = new Set(await appliedVersions(client, request.table));
    const pending = request.migrations.filter(({ version }) => !before.has(version));
    if (pending.length > 0) {
      const { exitCode, output } = await dbmate("migrate", { ...request, migrations: pending });
      if (exitCode !== 0) throw new Error(await failure(client, request, output));
    }
    const applied = await appliedVersions(client, request.table);
    return { ran: applied.filter((version) => !before.has(version)), applied };
  } finally {
    await client.end();
  }
}

async function lock(client: Client, seconds: number): Promise<void> {
  await client.query(`SET lock_timeout = '${seconds}s'`);
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
  } catch (error) {
    if (errorCode(error) !== lockNotAvailable) throw error;
    throw new Error(
      `Another run of migrations still holds this database after ${seconds} s. Nothing was changed. ` +
        "Wait for it to end and run `pulumi up` again; who holds it: " +
        "SELECT pid, application_name, query_start FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'",
    );
  }
  await client.query("RESET lock_timeout");
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
  const head = [...applied].sort().at(-1);
  const lines = [
    `Migration ${failed ? `${failed.version}_${failed.name}` : ""} failed: ${reason ?? output.trim()}`,
  ];
  const statement =
    failed && (await failingStatement(client, await readFile(failed.file, "utf8")).catch(() => undefined));
  if (statement) lines.push(`  line ${statement.line}: ${shortened(statement.statement)}`);
  lines.push(
    head === undefined
      ? "The database is as it was: no migration is applied."
      : `The database is at ${head}, the last migration that was applied whole.`,
    "The running services were not touched. Mend the migration and release it under a new tag, or set imageTag back.",
  );
  return lines.join("\n");
}

const longestStatement = 2000;

function shortened(statement: string): string {
  return statement.length <= longestStatement ? statement : `${statement.slice(0, longestStatement)} …`;
}
