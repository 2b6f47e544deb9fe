/** How a backup is made, as the commands of the database are told on standard input. */
export interface BackupRequest {
  /** The project and stack that it is of, such as `shop/prod`. */
  stack: string;
  /** Where backups lie; made where it is missing. */
  folder: string;
  /** How many of the newest stay. */
  keep: number;
  /** Days after which one goes, unless it is the newest; undefined for never. */
  keepDays?: number;
  /** Image with PostgreSQL's own programs, for a machine that lacks those of the server's version. */
  image?: string;
  /** Engine that runs it; by default what `docker` itself would use. */
  dockerHost?: string;
  /** The user's own way, in place of `pg_dump`. */
  command?: OwnBackupCommand;
}

export interface OwnBackupCommand {
  /** The program and its arguments. */
  words: readonly string[];
  /** Seconds until it is stopped. */
  within: number;
  /** Secrets by the name of the environment variable that holds them. */
  secrets: Readonly<Record<string, string>>;
}

/** A backup that was made, as an output tells of it. */
export interface BackupReport {
  /** The file, from the project's folder; of the user's own command the last line that it printed. */
  place: string;
  /** ISO 8601. */
  madeAt: string;
  /** The newest migration that was applied; null where none was. */
  head: string | null;
  /** How long it took, its checks included. */
  seconds: number;
  /** Of the file; not known of the user's own command, like those below. */
  bytes?: number;
  sha256?: string;
  tables?: number;
  rows?: number;
  /** Why older ones that were to go could not be removed. */
  notRemoved?: string;
}
