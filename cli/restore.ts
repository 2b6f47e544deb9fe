import { basename, dirname, join } from "node:path";
import { dumpFile, keptBackups, readRecord, recordFile, type BackupRecord } from "../backups/backupRecord";
import { restoreBackup, type RestoredDatabase } from "../backups/restoreBackup";
import { maintenanceUrl, swapCommands, type SwapCommands } from "../backups/restoredDatabases";
import { sizeText } from "../backups/space";
import { quoted } from "../components/ownCommand";
import { connect } from "../migrations/connection";
import { holdsPassword, withoutPassword } from "../migrations/password";
import { InvalidInput, show } from "../settings/violations";
import { BrokenEnvironment } from "../stack/endings";
import { print, printJson, table, tell } from "./output";

export interface RestoreOptions {
  folder: string;
  list?: true;
  /** True where the address is to come from the environment. */
  database: string | true;
  image?: string;
  json?: true;
}

const databaseVariable = "KNOWNGOOD_DATABASE_URL";

/**
 * `restore`: a backup into a new database beside the live one.
 * @throws InvalidInput where there is no such backup or no database is named
 */
export async function restore(backup: string | undefined, options: RestoreOptions): Promise<void> {
  if (options.list) return list(options);
  const { file, record } = await find(backup, options);
  const url = databaseUrl(options);
  await reach(url);
  try {
    const restored = await restoreBackup({
      file,
      record,
      url,
      ...(options.image !== undefined && { where: { image: options.image } }),
      say: (line) => process.stderr.write(`${withoutPassword(line, url)}\n`),
    });
    const commands = swapCommands(restored.live, restored.restored);
    if (options.json) printJson({ file, madeAt: record.madeAt, ...restored, ...commands });
    else print(report(record, restored, commands, url));
  } catch (error) {
    throw new Error(`${withoutPassword((error as Error).message, url)}\nThe live database was not touched.`, {
      cause: error,
    });
  }
}

async function list({ folder, json }: RestoreOptions): Promise<void> {
  const kept = await keptBackups(folder);
  if (json) return printJson(kept);
  const rows = kept.map(({ name, whole, record }) => [
    name,
    record.head ?? "none",
    record.dump === undefined ? (record.place ?? "") : sizeText(record.dump.bytes),
    whole ? "whole" : "damaged or gone",
  ]);
  print(
    rows.length === 0 ? `${folder} holds no backups.` : table(["backup", "at migration", "size", ""], rows),
  );
}

async function find(
  backup: string | undefined,
  { folder }: RestoreOptions,
): Promise<{ file: string; record: BackupRecord }> {
  const refuse = (found: string): never => {
    const expected = `name one that is there: knowngood restore --list --folder ${folder}`;
    throw new InvalidInput("Nothing was restored", [{ where: "backup", found, expected }]);
  };
  if (backup === undefined) return refuse("nothing");
  const name = basename(backup).replace(/\.dump$/, "");
  const place = backup.endsWith(".dump") && backup.includes("/") ? dirname(backup) : folder;
  const record = await readRecord(recordFile(place, name));
  if (record === undefined)
    return refuse(`${show(backup)}, beside which there is no record of a backup in ${place}`);
  if (record.dump === undefined)
    return refuse(
      `${show(backup)}, which a command of your own made (${record.place ?? ""}): restore it its own way`,
    );
  return { file: join(dumpFile(place, name)), record };
}

function databaseUrl({ database }: RestoreOptions): string {
  const url = database === true ? process.env[databaseVariable] : database;
  if (url === undefined || !/^postgres(ql)?:\/\//.test(url)) {
    const found =
      url === undefined || url === "" ? "nothing" : "a text that is no address of a PostgreSQL database";
    throw new InvalidInput("Nothing was restored", [
      {
        where: database === true ? databaseVariable : "--database",
        found,
        expected:
          "write postgres://user@host:port/database; where the stack has it: " +
          `export ${databaseVariable}="$(pulumi config get databaseUrl --stack STACK)"`,
      },
    ]);
  }
  if (database !== true && holdsPassword(url))
    tell(
      "warning",
      `the password in --database stands in this machine's list of processes: set ${databaseVariable}`,
    );
  return url;
}

async function reach(url: string): Promise<void> {
  try {
    await (await connect(url)).end();
  } catch (error) {
    throw new BrokenEnvironment(withoutPassword((error as Error).message, url));
  }
}

function report(
  record: BackupRecord,
  restored: RestoredDatabase,
  { swap, undo, remove }: SwapCommands,
  url: string,
): string {
  const { live, restored: name, head, tables } = restored;
  const changed = tables.filter(({ backup, live: now }) => backup !== now);
  const rows = changed.map(({ table: each, backup, live: now }) => [
    each,
    backup === undefined ? "not there" : String(backup),
    now === undefined ? "not there" : String(now),
    backup === undefined || now === undefined ? "" : `${now >= backup ? "+" : ""}${now - backup}`,
  ]);
  const moved = head.backup === head.live ? "" : `, and ${live} is at ${head.live ?? "none"} now`;
  return [
    `Restored into ${name}, and checked. Made ${record.madeAt} at migration ${head.backup ?? "none"}${moved}.`,
    "",
    rows.length === 0
      ? `Every table has as many rows as ${live} has now; what was changed in place since is lost all the same.`
      : `Rows that were written or removed in ${live} since, and would be lost; changes in place are not counted:`,
    ...(rows.length === 0 ? [] : [table(["table", "backup", "live", "since"], rows)]),
    "",
    "To bring it in, stop what writes, and run as the owner of both, in another database:",
    `  psql ${quoted(maintenanceUrl(url))}`,
    ...swap.map((line) => `  ${line}`),
    "To undo that:",
    ...undo.map((line) => `  ${line}`),
    "To remove it instead:",
    `  ${remove}`,
  ].join("\n");
}
