/** A command of the user's, with its environment; secrets as text. */
export interface PlacedCommand {
  /** Words, in which names in braces stand for what is deployed. */
  command: readonly string[];
  /** Seconds until it is stopped, with all its children. */
  within: number;
  env: Readonly<Record<string, string>>;
}

/** A platform that deploys by image or commit, with a command line of its own. */
export interface CommandPlace {
  kind: "command";
  deploy: PlacedCommand;
  /** Tells what runs; `runs` is a regular expression whose first group names it. */
  status: PlacedCommand & { runs?: string };
  /** Undefined where services can't be stopped by a command. */
  stop?: PlacedCommand;
  /** Undefined where the platform's logs can't be had by a command. */
  logs?: PlacedCommand | undefined;
}
