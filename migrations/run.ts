/**
 * The process behind the Database component's commands: `run.ts ensure|drop|migrate|stepDown`, the request as JSON on standard
 * input, a report as one line of JSON on standard output; on failure nothing there, the reason on standard error, exit 1.
 */
import { text } from "node:stream/consumers";
import type { BackupReport } from "../backups/request";
import { dropDatabase, ensureDatabase, type DatabaseReport } from "./database";
import { databaseIdentity } from "./databaseIdentity";
import { migrate } from "./migrate";
import { withoutPassword } from "./password";
import type { IdentifiedReport, MigrationReport, MigrationRequest, StepDownRequest } from "./request";
import { stepDown } from "./stepDown";

async function main(): Promise<void> {
  const request = JSON.parse(await text(process.stdin)) as MigrationRequest;
  try {
    const report = await perform(process.argv[2], request);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    process.stderr.write(
      `${withoutPassword(error instanceof Error ? error.message : String(error), request.url)}\n`,
    );
    process.exitCode = 1;
  }
}

function perform(action: string | undefined, request: MigrationRequest): Promise<object> {
  switch (action) {
    case "ensure":
      return ensureDatabase(request, reportedBefore());
    case "migrate":
      return identified(request, withLastBackup(migrate(request), reportedMigration()?.backup));
    case "stepDown":
      return identified(
        request,
        withLastBackup(
          stepDown(request as StepDownRequest, new Date()),
          (request as StepDownRequest).lastBackup,
        ),
      );
    case "drop":
      return dropDatabase(request, reportedBefore()).then(() => ({}));
    default:
      throw new Error(
        `migrations/run.ts: found ${action ?? "no action"}; write ensure, migrate, stepDown or drop`,
      );
  }
}

/** The output goes on telling of the last backup while no newer one is made. */
async function withLastBackup(
  report: Promise<MigrationReport>,
  last: BackupReport | undefined,
): Promise<MigrationReport> {
  const now = await report;
  const backup = now.backup ?? last;
  return backup === undefined ? now : { ...now, backup };
}

/** What the run before answered, which Pulumi hands to the command that is run again. */
function reportedMigration(): Partial<MigrationReport> | undefined {
  return parsed<MigrationReport>(process.env.PULUMI_COMMAND_STDOUT);
}

/** With which database it was: other stacks that share it find it in this one's state. A silent server leaves it out. */
async function identified(
  { url }: MigrationRequest,
  made: Promise<MigrationReport>,
): Promise<IdentifiedReport> {
  const report = await made;
  const database = await databaseIdentity(url).catch(() => undefined);
  return { ...report, ...(database !== undefined && { database }) };
}

function parsed<Value>(text: string | undefined): Partial<Value> | undefined {
  try {
    return (JSON.parse(text ?? "") as Partial<Value> | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** What `ensure` answered last, which Pulumi hands to the command that is run again and to the one that deletes. */
function reportedBefore(): DatabaseReport | undefined {
  const report = parsed<DatabaseReport>(process.env.PULUMI_COMMAND_STDOUT);
  if (typeof report?.database !== "string") return undefined;
  return { created: report.created === true, database: report.database };
}

void main();
