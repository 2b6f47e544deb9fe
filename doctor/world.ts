import type { TimeLimit } from "../assessment/timeLimit";
import type { Release } from "../catalog/release";
import type { Settings } from "../settings/settings";

/** A stack as its files say. */
export interface StackToExamine {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Such as `shop/prod`. */
  label: string;
  settings: Settings;
}

/** What the checks look at. What several of them need is asked once. */
export interface World {
  environment: NodeJS.ProcessEnv;
  /** The folder in which the command was run. */
  folder: string;
  /** The package's own folder. */
  own: string;
  /** Seconds until a connection stands. */
  connectWithin: number;
  /** The time that all checks have together. */
  limit: TimeLimit;
  /**
   * What a command of the Pulumi CLI prints.
   * @throws Error with Pulumi's own words
   */
  pulumi: (words: readonly string[]) => Promise<string>;
  /** Rejects with why it is not known. */
  stack: Promise<StackToExamine>;
  /** The stack's secrets, decrypted, by name. Rejects with Pulumi's own words. */
  secrets: Promise<ReadonlyMap<string, string>>;
  /** The release that the stack is to run. Rejects with why it is not known. */
  target: Promise<Release>;
}
