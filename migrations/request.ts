import type { BackupReport, BackupRequest } from "../backups/request";
import type { StepDownChecks } from "../schema/stepDown/stepDown";
import type { RunnerRequest } from "./runner/request";
import type { DatabaseIdentity } from "./sameDatabase";

/** What the migration commands read from standard input, since a command line is open to everybody on the machine. */
export interface MigrationRequest {
  /** The database's URL with its password. */
  url: string;
  /** dbmate's table. */
  table: string;
  /** Seconds to wait for another run of migrations on this database to end. */
  lockTimeout: number;
  /** Every migration that the release ships, in order; the file holds both ways, as dbmate writes them. */
  migrations: RequestedMigration[];
  /** The backup that is made first, where anything is to be changed; undefined for none. */
  backup?: BackupRequest;
  /** The user's own command that applies what is pending. @default dbmate, of dbmate's migrations */
  runner?: RunnerRequest;
}

export interface RequestedMigration {
  version: string;
  name: string;
  file: string;
}

/** One migration to take back, before what the release ships is applied. */
export interface StepDownRequest extends MigrationRequest {
  stepDown: {
    /** It must be the newest that is applied. */
    migration: RequestedMigration;
    /** The newest version afterwards; undefined when none is left. A second run finds by it that nothing is left to do. */
    to?: string;
    checks: StepDownChecks;
  };
  /** The newest backup so far, which the output goes on telling of where none is made: a replacement is handed nothing. */
  lastBackup?: BackupReport;
}

/** What a run of migrations answers, as one line of JSON. */
export interface MigrationReport {
  /** Versions that this run applied, in order. */
  ran: string[];
  /** Every version that the database holds now, oldest first. */
  applied: string[];
  /** The backup that was made first, else the one before. */
  backup?: BackupReport;
}

/** As a run of the command prints it. */
export interface IdentifiedReport extends MigrationReport {
  /** Which database it was run on. */
  database?: DatabaseIdentity;
}

/** What a step-down answers. */
export interface StepDownReport extends MigrationReport {
  /** The version that is taken back. */
  steppedDown: string;
}
