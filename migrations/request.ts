/** What the migration commands read from standard input, since a command line is open to everybody on the machine. */
export interface MigrationRequest {
  /** The database's URL with its password. */
  url: string;
  /** dbmate's table. */
  table: string;
  /** Seconds to wait for another run of migrations on this database to end. */
  lockTimeout: number;
  /** Every migration that the release ships, in order; the file holds both ways, as dbmate writes them. */
  migrations: { version: string; name: string; file: string }[];
}

/** What a run of migrations answers, as one line of JSON. */
export interface MigrationReport {
  /** Versions that this run applied, in order. */
  ran: string[];
  /** Every version that the database holds now, oldest first. */
  applied: string[];
}
