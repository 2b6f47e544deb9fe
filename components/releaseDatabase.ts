import type * as pulumi from "@pulumi/pulumi";
import type { AssessedStepDown, Assessment } from "../assessment/assessment";
import { judgedSchema } from "../assessment/judgedSchema";
import { backupPlace } from "../backups/backupPlace";
import type { BackupSettings } from "../settings/backupSettings";
import { databaseRunner } from "./databaseRunner";
import { Database, type DatabaseBackup, type DatabaseStepDown } from "./database";
import { mapValues } from "./mapValues";
import type { ReleaseArgs } from "./release";

/** The database that a release runs on, migrated or stepped down; undefined for a stack without one. */
export function releaseDatabase(
  name: string,
  parent: pulumi.Resource,
  args: ReleaseArgs,
  migrateAfter: Promise<pulumi.Resource[]>,
): Database | undefined {
  const { settings, assessment, secret } = args;
  if (settings.database === undefined || assessment.schema === undefined) return undefined;
  const runner = databaseRunner(args, settings.database.runner);
  return new Database(
    `${name}-database`,
    {
      url: secret(settings.database.url),
      table: settings.database.table,
      lockTimeout: settings.database.lockTimeout,
      catalogFolder: settings.releases,
      shipped: assessment.target.migrations,
      applied: assessment.schema.applied,
      recorded: assessment.schema.recorded,
      ...(assessment.schema.dumped && { dumped: assessment.schema.dumped }),
      stepDown: steppingDown(assessment.stepDown),
      ...(assessment.schema.backup && { backup: backingUp(args, settings.database.backup) }),
      ...(runner && { runner }),
      ...(assessment.risk && { judged: judgedSchema(assessment.risk.report) }),
      dropOnDestroy: settings.destroyData,
      migrateAfter,
    },
    { parent },
  );
}

/** Whether this `up` takes a migration back. */
export function stepping({ stepDown }: Assessment): boolean {
  return stepDown?.active === true;
}

/** Whether services are made but not started, since they can't run on what is left of the gap. */
export function stayStopped({ stepDown }: Assessment): boolean {
  return stepDown?.active === true && stepDown.servicesStayStopped;
}

/**
 * What the database takes back, where this `up` is to take something back.
 * @throws Error where that was not judged, which is refused long before
 */
function steppingDown(stepDown: AssessedStepDown | undefined): DatabaseStepDown | undefined {
  if (stepDown?.active !== true) return undefined;
  const { version, migration, verdict } = stepDown;
  const checks = verdict?.checks;
  if (migration?.version !== version || verdict?.version !== version || checks === undefined)
    throw new Error(`The step-down of ${version} was not judged, so it is not run.`);
  return { migration, checks };
}

/** How the backup is made that the assessment found needed. */
function backingUp({ stack, settings, secret }: ReleaseArgs, backup: BackupSettings): DatabaseBackup {
  const { command, within, secrets } = backup;
  return {
    ...backupPlace({ stack, record: settings.record, docker: settings.docker, backup }),
    keep: backup.keep,
    ...(backup.keepDays !== undefined && { keepDays: backup.keepDays }),
    ...(command && { command: { words: command, within, secrets: mapValues(secrets, secret) } }),
  };
}
