import { connect, databaseMissing, databaseName, errorCode } from "./connection";
import { dbmate } from "./dbmate";
import type { MigrationRequest } from "./request";

/** Whether the database was there before, or this stack made it: only what it made may it ever drop. */
export interface DatabaseReport {
  created: boolean;
  /** Which database that says it of. */
  database: string;
}

/**
 * Makes the database where there is none.
 * @param before what was reported when this was last asked: a new password must not make a stack forget what it made
 * @throws Error when the server can't be reached or refuses
 */
export async function ensureDatabase(
  request: MigrationRequest,
  before?: DatabaseReport,
): Promise<DatabaseReport> {
  const database = databaseName(request.url);
  const madeBefore = before?.database === database && before.created;
  if (await exists(request.url)) return { created: madeBefore, database };
  const { exitCode, output } = await dbmate("create", { ...request, migrations: [] });
  if (exitCode === 0) return { created: true, database };
  // Another stack that shares it can have made it in between.
  if (await exists(request.url)) return { created: madeBefore, database };
  throw new Error(`The database can't be created: ${output.trim()}`);
}

async function exists(url: string): Promise<boolean> {
  try {
    await (await connect(url)).end();
    return true;
  } catch (error) {
    if (errorCode(error) === databaseMissing) return false;
    throw error;
  }
}

/** Drops the database if, and only if, the report of its making says that this stack made it, and not another. */
export async function dropDatabase(
  request: MigrationRequest,
  made: DatabaseReport | undefined,
): Promise<void> {
  if (!made?.created || made.database !== databaseName(request.url)) return;
  const { exitCode, output } = await dbmate("drop", { ...request, migrations: [] });
  if (exitCode !== 0) throw new Error(`The database can't be dropped: ${output.trim()}`);
}
