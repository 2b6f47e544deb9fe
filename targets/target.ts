import type { ContainerState } from "../gates/engine";

/** What one service is brought to. */
export interface Wanted {
  service: string;
  /** Tag of the release. */
  release: string;
  /** The commit that the release was built from, where the catalog knows it. */
  commit?: string;
  /** What identifies the build: an image's or an artifact's `sha256:…`, or `git:` and a revision. */
  digest: string;
  /** Where the build is fetched from: an image's repository, an artifact's URL or file, a git repository's URL. */
  from: string;
  /** What it is fetched as. @default not known */
  kind?: "image" | "artifact" | "revision";
}

/** What the host runs of one service. */
export interface Found {
  service: string;
  /** Undefined where something runs of which it can't be told what it is. */
  digest: string | undefined;
  /** Another text whenever what runs was replaced or switched: gates run again then. */
  instance: string;
  /** As a gate looks at it; `missing` where nothing runs. */
  state: ContainerState;
}

/** The step under way, told to the person who waits: one line. */
export type Tell = (line: string) => void;

/**
 * A way of running services on a host: one folder each. All of it is idempotent, and may be run again after it was
 * interrupted anywhere. Every call throws TargetError, or an error of `hosts/` where the host can't be reached.
 */
export interface Target {
  /** What stands in the way, each with what to do about it; asked before anything is touched. Changes nothing. */
  obstacles(wanted: readonly Wanted[]): Promise<string[]>;
  /** Brings to the host what the release needs. Nothing that runs is touched. */
  fetch(wanted: readonly Wanted[], tell: Tell): Promise<void>;
  /** Makes the release run, and returns what runs then. What runs already is left alone. */
  switchTo(wanted: readonly Wanted[], tell: Tell): Promise<Found[]>;
  /** Stops services, for a schema that they can't run on; those that don't run are left alone. */
  stop(services: readonly string[], tell: Tell): Promise<void>;
  /** Services whose build lies on the host already, so that nothing has to be fetched for them. Changes nothing. */
  present(wanted: readonly Wanted[]): Promise<string[]>;
  /**
   * What runs now, of each service once. Changes nothing.
   * @param known what the services may run: a target that tells no digest is told apart by these
   */
  look(known: readonly Wanted[]): Promise<Found[]>;
  /** The last lines that the service printed. */
  logs(service: string, lines: number): Promise<string>;
  /** Runs a command where the service runs, to ask for its health; exit code and the end of what it printed. */
  exec(
    service: string,
    command: readonly string[],
    timeoutMs: number,
  ): Promise<{ exitCode: number; output: string }>;
  /** Shell lines, run by a person on the host, that bring the release back without any of this. */
  byHand(wanted: readonly Wanted[]): string[];
  /**
   * Shell words before a command that is to run where the service runs, for a person who has run `byHand` in the same shell.
   * @default the command runs on the host
   */
  execByHand?(wanted: readonly Wanted[], service: string): string;
}

/** The target said no, or answered what can't be understood; nothing is known to have changed beyond what the text says. */
export class TargetError extends Error {
  override readonly name: string = "TargetError";
}

/** The release itself is bad: it was started, and did not come up. Counts as a gate that said no. */
export class ReleaseFailed extends TargetError {
  override readonly name = "ReleaseFailed";

  constructor(
    message: string,
    /** The last lines that the failed services printed, and what the host said. */
    readonly output: string,
  ) {
    super(message);
  }
}
