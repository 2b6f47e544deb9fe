import { readFile } from "node:fs/promises";
import { escapeIdentifier, type Client } from "pg";
import type { BackupReport } from "../backups/request";
import { migrationSections } from "../catalog/migrationSections";
import type { SqlSource } from "../schema/gap";
import type { Query } from "../schema/snapshot/query";
import type { Snapshot } from "../schema/snapshot/snapshot";
import { takeSnapshot } from "../schema/snapshot/takeSnapshot";
import type { StepDownChecks } from "../schema/stepDown/stepDown";
import { controlText, transactionControl } from "../schema/stepDown/transactionControl";
import { unexpectedChanges } from "../schema/stepDown/unexpectedChanges";
import { appliedVersions } from "./appliedVersions";
import { backUpFirst } from "./backUpFirst";
import { connect } from "./connection";
import { lock } from "./lock";
import { migrate } from "./migrate";
import type { StepDownReport, StepDownRequest } from "./request";
import { shortened, splitStatements } from "./statements";
import { refuseData } from "./stillEmpty";

/**
 * Takes back exactly one migration, the newest, under the lock that keeps other runs of migrations out: a backup where
 * one is asked for, then the way down and the removal of its version in one transaction. What the release ships and the
 * database lacks is applied afterwards. A run that finds the version gone already takes nothing back.
 * @param now for the backup's name
 * @throws Error that says which statement failed, and how the database stands
 */
export async function stepDown(request: StepDownRequest, now: Date): Promise<StepDownReport> {
  const { version } = request.stepDown.migration;
  const client = await connect(request.url);
  let backup: BackupReport | undefined;
  const interruption = interruptionOf(client);
  try {
    await lock(client, request.lockTimeout);
    await noticeDeath(client);
    const applied = await appliedVersions(client, request.table);
    if (isTaken(applied, request)) {
      backup = await backUpFirst(
        client,
        request,
        applied,
        now,
        `Nothing was changed in the database. ${wayOut}`,
      );
      await takeBack(client, request);
    }
  } catch (error) {
    throw interruption.signal === undefined ? error : new Error(interrupted(interruption.signal, version));
  } finally {
    interruption.forget();
    await client.end();
  }
  const { backup: asked, ...further } = request;
  const again = backup === undefined && asked !== undefined ? { backup: asked } : {};
  const { ran, applied, backup: later } = await migrate({ ...further, ...again }, now);
  backup ??= later;
  return { ran, applied, steppedDown: version, ...(backup !== undefined && { backup }) };
}

/**
 * Whether the migration is there to be taken back.
 * @throws Error when the database is neither as it was judged nor as it is to be
 */
function isTaken(applied: readonly string[], { stepDown: { migration, to } }: StepDownRequest): boolean {
  const { version } = migration;
  const newest = applied.at(-1);
  if (newest === version && applied.at(-2) === to) return true;
  if (newest === to && !applied.includes(version)) return false;
  const found = newest === undefined ? "no migration is applied" : `its newest migration is ${newest}`;
  throw new Error(
    `The database has moved on since it was looked at: ${found}, where ${version} on ${to ?? "nothing"} was to be taken back. ` +
      "Nothing was changed. To look at it again: pulumi preview",
  );
}

/** A server that works for a process that is gone would hold the lock until its statement ends. */
async function noticeDeath(client: Client): Promise<void> {
  // Unknown before PostgreSQL 14, and refused where the system can't tell.
  await client.query("SET client_connection_check_interval = '1s'").catch(() => undefined);
}

const wayOut =
  "The services that would have met the older schema are stopped. To bring them back without the step-down: " +
  "pulumi config rm stepDown, imageTag set to the release that is to run, and pulumi up";

async function takeBack(client: Client, request: StepDownRequest): Promise<void> {
  const { migration, checks } = request.stepDown;
  const name = `${migration.version}_${migration.name}`;
  const { down } = migrationSections(name, await readFile(migration.file, "utf8"));
  if (down === undefined)
    throw new Error(`Migration ${name} has no way down. Nothing was changed. ${wayOut}`);
  const control = await transactionControl(down);
  const table = await qualified(client, request.table);
  const way: WayDown = {
    down,
    name,
    version: migration.version,
    removal: `DELETE FROM ${table} WHERE version = $1`,
    lockTimeout: request.lockTimeout,
    checks,
    control: control !== undefined,
  };
  if (down.withoutTransaction === true) return takeBackInSteps(client, way);
  if (control !== undefined)
    throw new Error(
      `The way down of ${name} was not begun: ${controlText(control)}. Nothing was changed. ${wayOut}`,
    );
  return takeBackWhole(client, way);
}

interface WayDown {
  down: SqlSource;
  name: string;
  version: string;
  /** SQL that takes the version out of the table. */
  removal: string;
  lockTimeout: number;
  checks: StepDownChecks;
  /** Whether it begins or ends transactions of its own. */
  control: boolean;
}

/** Whole or not at all. */
async function takeBackWhole(client: Client, way: WayDown): Promise<void> {
  const { name, checks } = way;
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = '${way.lockTimeout}s'`);
    await refuseData(client, checks.empty, wayOut);
    const seen = await schemaNow(client, checks);
    await runStatements(client, way);
    const surprises = seen === undefined ? [] : await surprisesSince(seen, client, checks.changes ?? []);
    if (surprises.length > 0) throw new Error(surpriseText(name, surprises, [unchanged, wayOut]));
    await client.query(way.removal, [way.version]);
    await committed(client, name);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/**
 * Statement by statement, as it asks for: each takes effect at once. So data can come in between the look at it and the
 * way down, and of a surprise there is only telling.
 */
async function takeBackInSteps(client: Client, way: WayDown): Promise<void> {
  const { name, checks } = way;
  if (checks.empty.length > 0) await refuseDataBefore(client, way);
  const seen = await schemaNow(client, checks);
  await runStatements(client, way);
  // One that it began and did not end would take the removal along.
  if (way.control) await client.query("COMMIT");
  await client.query(way.removal, [way.version]);
  const surprises = seen === undefined ? [] : await surprisesSince(seen, client, checks.changes ?? []);
  if (surprises.length > 0)
    throw new Error(
      surpriseText(name, surprises, [
        "This has taken effect, since it asks for no transaction: the migration is taken back. " +
          "Mend what else it changed; to go on: pulumi up",
      ]),
    );
}

async function refuseDataBefore(client: Client, { lockTimeout, checks }: WayDown): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}s'`);
    await refuseData(client, checks.empty, wayOut);
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

/** The table's name, which a way down that changes the search path does not lead astray. */
async function qualified(client: Client, table: string): Promise<string> {
  const name = table.split(".").map(escapeIdentifier).join(".");
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name
     FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = $1::regclass`,
    [name],
  );
  return rows[0]?.name ?? name;
}

/** Undefined where nothing is known that it could be held against. */
async function schemaNow(client: Client, { changes }: StepDownChecks): Promise<Snapshot | undefined> {
  if (changes === undefined) return undefined;
  return takeSnapshot(queryOf(client));
}

function queryOf(client: Client): Query {
  return async <Row>(sql: string, parameters: readonly unknown[] = []) => {
    const { rows } = await client.query(sql, [...parameters]);
    return rows as Row[];
  };
}

/** A database can hold what no release made, and a way down can take it along. */
async function surprisesSince(
  before: Snapshot,
  client: Client,
  expected: readonly string[],
): Promise<Surprise[]> {
  return unexpectedChanges(before, await takeSnapshot(queryOf(client)), expected);
}

type Surprise = ReturnType<typeof unexpectedChanges>[number];

function surpriseText(name: string, surprises: readonly Surprise[], standing: readonly string[]): string {
  return [
    `The way down of ${name} changes more here than it did where it was tried:`,
    ...surprises.map(({ object, reason }) => `  ${object}: ${reason}`),
    ...standing,
  ].join("\n");
}

async function runStatements(client: Client, { down, name, control }: WayDown): Promise<void> {
  for (const [index, { text, offset }] of (await splitStatements(down.sql)).entries()) {
    try {
      await client.query(text);
    } catch (error) {
      const line = (down.firstLine ?? 1) + down.sql.slice(0, offset).split("\n").length - 1;
      throw new Error(
        [
          `The way down of ${name} failed: ${(error as Error).message}`,
          `  line ${line}: ${shortened(text)}`,
          down.withoutTransaction !== true || index === 0 ? unchanged : takenEffect(index, control),
          wayOut,
        ].join("\n"),
        { cause: error },
      );
    }
  }
}

const unchanged = "Nothing was changed: the migration is still applied.";

function takenEffect(statements: number, control: boolean): string {
  const standing = "since it asks for no transaction: the migration counts as applied.";
  if (control) return `What it committed before that has taken effect, ${standing}`;
  const before =
    statements === 1 ? "The statement before it has" : `The ${statements} statements before it have`;
  return `${before} taken effect, ${standing}`;
}

/** A constraint that is checked late fails here. */
async function committed(client: Client, name: string): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (error) {
    throw new Error(
      `The way down of ${name} failed when it was committed: ${(error as Error).message}\n` +
        `${unchanged}\n${wayOut}`,
      { cause: error },
    );
  }
}

interface Interruption {
  signal: NodeJS.Signals | undefined;
  forget: () => void;
}

/** Ends what runs in the server as soon as this process is told to stop. */
function interruptionOf(client: Client): Interruption {
  const interruption: Interruption = {
    signal: undefined,
    forget: () => process.off("SIGTERM", stop).off("SIGINT", stop),
  };
  function stop(signal: NodeJS.Signals): void {
    interruption.signal = signal;
    void client.end();
  }
  process.on("SIGTERM", stop).on("SIGINT", stop);
  return interruption;
}

function interrupted(signal: NodeJS.Signals, version: string): string {
  return (
    `The step-down of ${version} was interrupted (${signal}). Whether it was taken back is seen at the next preview; ` +
    "to go on: pulumi up"
  );
}
