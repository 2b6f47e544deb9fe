/** SQL that leads up, as one migration or one file holds it. */
export interface SqlSource {
  /** What findings call it: `20260320090000_rename_amount`, or the file's path. */
  name: string;
  sql: string;
  /** Line of the whole file on which `sql` begins, from 1. @default 1 */
  firstLine?: number;
  /** Whether it asks to be run outside a transaction. @default false */
  withoutTransaction?: boolean;
}

/** What a schema is ahead by. */
export interface Gap {
  /** Leads to the schema that the old code was written for, in order. */
  shipped: readonly SqlSource[];
  /** Applied since, in order. */
  ahead: readonly SqlSource[];
  /** Applied since, but without SQL that can be read, such as a migration in Python; each with why. */
  unread?: readonly { name: string; reason: string }[];
}
