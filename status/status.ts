import type { DiskEvidence } from "../assessment/diskEvidence";
import type { Horizon } from "../assessment/horizon";
import type { DrillStanding } from "../drills/standing";
import type { KnownGood } from "../history/knownGood";
import type { OwedRun } from "../history/owedRun";
import type { Direction, Running } from "../history/running";
import type { ReleaseRecord } from "../records/releaseRecord";
import type { Verdict } from "../schema/verdict";
import type { StackFileStatus } from "../stack/stackFileStatus";

/** What could not be told, with why, in a few words. */
export interface Unknown {
  unknown: string;
}

export type Known<Value> = Value | Unknown;

export function isUnknown<Value>(value: Known<Value>): value is Unknown {
  // Evidence can have a list of this name.
  return typeof (value as Partial<Unknown> | null | undefined)?.unknown === "string";
}

/** A value of what is known; what is not stays so. */
export function mapKnown<From, To>(known: Known<From>, map: (value: From) => To): Known<To> {
  return isUnknown(known) ? known : map(known);
}

/** How a stack stands, as far as it could be seen. Times are ISO 8601, UTC. */
export interface Status {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Project and stack, such as `shop/prod`. */
  label: string;
  /** When it was looked at. */
  at: string;
  settings: ToldSettings;
  /** What the stack file says otherwise than the last `up`, in sentences. What that one made is what was looked at. */
  changed: readonly string[];
  /** What the state holds. */
  held: Known<Held>;
  services: readonly ServiceStatus[];
  /** How what stands on the host differs from what the state holds. */
  drift: Known<readonly Drift[]>;
  /** Undefined for a stack without a database. */
  schema?: SchemaStatus;
  wayBack: Known<WayBackStatus | undefined>;
  /** Undefined where the settings ask for none to be looked at. */
  disk?: Known<DiskEvidence>;
  /** Undefined for a stack without a database. */
  backups?: Known<BackupStatus>;
  /** How the way back was last drilled. */
  drill: Known<DrillStanding>;
  /** Release of the emergency card of what runs, as it lies on this machine; undefined where none does. */
  card: Known<string | undefined>;
  stackFile: Known<StackFileStatus>;
  /** Who holds the stack's lock, as far as its backend's files tell. */
  locks: readonly Lock[];
  /** The newest `up` by its record, where it did not pass; undefined where it did, or no record is here. */
  stopped?: StoppedUpdate;
  /** Updates that began on this machine and have told no end yet. */
  begun: readonly BegunHere[];
}

/** An `up` that did not pass. */
export interface StoppedUpdate {
  /** What, when, and by whom. */
  text: string;
  /** The release that it was to bring. */
  to?: string;
  /** Where it stood, and what of that was open. */
  at: NonNullable<ReleaseRecord["stoppedAt"]>;
}

/** An `up` that has told no end yet. */
export interface BegunHere {
  /** What, when, and by whom. */
  text: string;
  /** ISO 8601, UTC. */
  since: string;
  /** Whether its process goes on. */
  alive: boolean;
}

/** An update that holds the stack's lock, or held it when it died. */
export interface Lock {
  user: string;
  host: string;
  pid: number;
  since: string;
  /** Whether its process is there; undefined of one on another machine. */
  alive?: boolean;
}

/** What the stack file says, as far as it matters here. */
export interface ToldSettings {
  imageTag: string;
  protected: boolean;
  hold?: string;
  /** The Docker engine; undefined for what `docker` itself would use. */
  engine?: string;
  /** What runs the services, where they are no containers of the stack's own, and how a person gets there. */
  target?: { kind: string; reach?: string };
  /** Whether break-glass is set. */
  breakGlass: boolean;
  /** Gravest verdict that a release meets without an acknowledgement. */
  allowed: Verdict;
  /** Percent from which a disk is too full. */
  diskLimit: number;
  /** Why they come from the stack file itself and not from Pulumi; undefined where they do not. */
  fromFile?: string;
  /** Why the catalog can't be read; undefined where it can. */
  noCatalog?: string;
}

export interface Held {
  running: Running;
  /** The newest change of release, where that is of what runs. */
  since?: { at: string; direction: Exclude<Direction, "same"> };
  /** Newest first. */
  knownGood: readonly KnownGood[];
  /** Whether gates of the release that runs have failed, also where they passed later. @default false */
  gatesFailed?: true;
  owed?: OwedRun;
  /** Names of what an update has begun to change and not ended, each once. */
  pending: readonly string[];
  /** Whether a card is among the stack's outputs. */
  card: boolean;
}

/** One service, as the state holds it, as the host runs it, and how it answers. */
export interface ServiceStatus {
  service: string;
  /** Undefined where the state holds none of it, or is not known. */
  held?: { tag: string; digest: string; stopped: boolean };
  host: Known<HostContainer>;
  health: Known<Health>;
}

/** What the host runs of a service. */
export interface HostContainer {
  container: string;
  /** Whether it is no container of the stack's own, and `container` is the service's name. @default false */
  hosted?: true;
  /** As the engine calls it; `missing` where nothing stands there. */
  status: string;
  /** In a few words, with exit code and restarts. */
  text: string;
  startedAt?: string;
  /** Since it was made, as the engine counts them. */
  restarts: number;
  /** `sha256:…`; undefined of an image that no registry has. */
  digest?: string;
  /** The release whose image it is, where a person started it and it is of one. */
  byHand?: { tag: string | undefined; since: string };
}

export interface Health {
  healthy: boolean;
  /** What was found, in a few words. */
  text: string;
  /** Milliseconds until the answer; undefined where nothing was asked but the container's state. */
  milliseconds?: number;
}

/** Something on the host that is not as the state holds it. */
export interface Drift {
  text: string;
  /** Whether the next \`up\` puts it right by itself. */
  byUp: boolean;
  /** Commands of which a person chooses one. @default none */
  choices?: readonly string[];
}

export interface SchemaStatus {
  /** The database's own word, or what the last run of migrations recorded, with why that. */
  source: "database" | { recorded: string } | Unknown;
  /** Whether the database was asked and did not answer. */
  down: boolean;
  /** Newest version that is applied. */
  head?: string;
  /** Versions that the running release does not ship, oldest first; undefined where that is not known. */
  ahead?: readonly string[];
  /** Versions that it ships and that are not applied. */
  missing?: readonly string[];
  /** What is wrong with what the database says of its migrations, each with what to do. */
  problems: readonly string[];
  /** What the last `up` judged. */
  judged: Known<JudgedThen>;
}

export interface JudgedThen {
  horizon: Horizon;
  /** Verdict on the release that ran then; undefined where nothing was ahead. */
  verdict?: Verdict;
  /** Whether the schema is still as it was then; undefined where that is not known. */
  current?: boolean;
}

/** The release that a rollback would take. */
export interface WayBackStatus {
  release: string;
  passedAt: string;
  /**
   * Images that are not on the host; on another target the services whose builds are not. Undefined where the platform
   * fetches by itself.
   */
  missing?: Known<readonly string[]>;
}

export interface BackupStatus {
  folder: string;
  /** Whether the settings let any be made. */
  made: boolean;
  kept: number;
  newest?: {
    name: string;
    madeAt: string;
    /** Undefined of one that a command of the user's own made. */
    bytes?: number;
    whole: boolean;
    /** Name of the database into which it was restored and checked; undefined where there is none on the server. */
    restoredAs: Known<string | undefined>;
  };
}
