/**
 * knowngood in a Pulumi program of your own, for containers that it does not run: `import { … } from "knowngood"`. What
 * stands here stays as it is within a major version; nothing else of the package does. It is written by hand, so that
 * checking a program's types reads nothing else of the package; a test holds it to what the components are.
 */
import type { ComponentResource, ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";

/** What is asked of the release before a program declares anything. */
export interface AssessReleaseArgs {
  /** The services that the program deploys, by their names in the catalog. A release without one of them is refused. */
  services: readonly string[];
  /**
   * Who applies the migrations that a release ships: `others`, before the `up`, and then an `up` forward is refused while
   * one is missing; or the `program` itself, in the same `up`. @default "others"
   */
  migrations?: "others" | "program";
}

/**
 * Assesses the release that the stack's setting `imageTag` names: tells what an `up` would mean, in full in a preview, and
 * ends the program where a guard refuses it, before anything is touched. Await it before the first resource. Everything
 * else is in the stack's settings, under the project's own namespace: `releases`, `docker`, `database`, `schema`,
 * `guards`, `acknowledge`, `hold`, `quarantine`, `retry` and `record`.
 * @throws RunError with every refusal and what answers it, or with everything that is wrong in the settings
 */
export function assessRelease(args: AssessReleaseArgs): Promise<AssessedRelease>;

/** A release that may be deployed, with what the program's own resources need of it. Made by `assessRelease` alone. */
export interface AssessedRelease {
  /** Such as `v1.4.2`. */
  readonly tag: string;
  /** Where it lies from what runs, by the catalog's order. */
  readonly direction: "forward" | "rollback" | "same";
  /** What it would meet in the schema; undefined for a stack without a database. */
  readonly verdict: "compatible" | "conditional" | "breaking" | "destructive" | undefined;
  /** As `assessRelease` was asked. */
  readonly services: readonly string[];
  /**
   * The service's image as it is to be run, `repository@sha256:…`.
   * @throws Error for a service that was not assessed
   */
  image(service: string): string;
  /**
   * Its digest, `sha256:…`.
   * @throws Error for a service that was not assessed
   */
  digest(service: string): string;
  /**
   * What a `HealthGate` has to know of the release: to be spread into its arguments.
   * @throws Error for a service that was not assessed
   */
  healthGate(service: string): ReleaseOfHealthGate;
  /**
   * What a `CommandGate` has to know of the release, and what it does by default: to be spread, first, into its arguments.
   * @param name of the gate, and of its resource
   */
  commandGate(name: string): ReleaseOfCommandGate;
  /**
   * What an `ErrorRateGate` has to know of the release, and what it does by default: to be spread, first, into its
   * arguments.
   * @param name of the gate's resource
   * @param limit share of errors that still passes, from 0 to 1
   */
  errorRateGate(name: string, limit: number): ReleaseOfErrorRateGate;
}

/** What is told of the release when a gate does not pass: where the record goes, and how to go back. */
interface OnFailure {
  /** Folder in which a failure writes its record, by which the release is quarantined. */
  records: string;
  goBack?: { tag: string; commands: readonly string[] } | undefined;
}

export interface ReleaseOfHealthGate extends OnFailure {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  service: string;
  release: string;
  digest: string;
  /** Value of DOCKER_HOST for asking the container's state. @default what `docker` itself would use */
  engine?: string;
}

/** How a service is asked whether it is healthy. */
export type Probe =
  | {
      kind: "http";
      /** Asked with GET, from the machine that runs Pulumi. Redirects are not followed: their status is the answer. */
      url: string;
      /** Statuses that count as healthy. @default [200] */
      status?: number[];
      /** Sent with each probe, and never printed. */
      headers?: Record<string, string>;
      /** The body must contain this. */
      body?: string;
      /** Dotted path to the value that the JSON body must have there, such as `{"checks.database": "ok"}`. */
      json?: Record<string, unknown>;
    }
  | { kind: "tcp"; host: string; port: number }
  /** Run in the container by `docker exec`; exit 0 is healthy. */
  | { kind: "exec"; command: string[] }
  /** Healthy while the container runs, by `docker inspect`. */
  | { kind: "state" };

export interface HealthGateArgs extends ReleaseOfHealthGate {
  /** May be, or hold, a secret. */
  probe: Input<Probe>;
  /**
   * Id of the service's container, where `docker` reaches it: then its restarts count, and a failure shows its last log
   * lines. A probe of kind `exec` or `state` needs it. @default none is known, and the probe alone decides
   */
  containerId?: Input<string>;
  /**
   * What makes the gate run again when it changes: ids of containers, or whatever is another text whenever they were
   * replaced. The state of an earlier release can hold the same digest, never the same container.
   * @default the `containerId`
   */
  rerunOn?: Input<Input<string>[]>;
  /** Seconds in which the service must become healthy. @default 120 */
  within?: number;
  /** Seconds between probes, once the faster first ones are over. @default 10 */
  every?: number;
  /** Successes in a row that make a pass. @default 3 */
  successes?: number;
  /** Seconds that a probe may take. @default 5 */
  timeout?: number;
  /** Secret values that must not show in what the gate prints. @default none */
  redact?: Input<Input<string>[]>;
  /** What must exist before the gate runs. @default nothing */
  runAfter?: readonly Resource[];
}

/**
 * Asks a service whether it is healthy; the `up` fails when it is not within its time.
 * @throws ResourceError where neither `containerId` nor `rerunOn` says what makes it run again
 */
export class HealthGate extends ComponentResource {
  /** How the gate passed. A gate that failed leaves no output: it has written a record of its own. */
  readonly report: Output<{ outcome: "passed"; passedAt: string; attemptsMade: number }>;
  /** The check, for what must wait until it has passed. */
  readonly check: Resource;
  constructor(name: string, args: HealthGateArgs, options?: ComponentResourceOptions);
}

/** What a gate is told of the change of release. Opaque: made by `AssessedRelease`. */
interface Told {
  told: {
    move: { direction: "forward" | "rollback" | "same"; stack: string; from: string; to: string };
  } & OnFailure;
  before?: { told: Told["told"]; triggers: readonly unknown[] };
}

export interface ReleaseOfCommandGate extends Told {
  name: string;
  /** Seconds until the command is stopped. 300 by `AssessedRelease.commandGate`. */
  within: number;
  /** Exit codes by which the command says that it broke, not that the release is bad. */
  errorCodes: number[];
  /** Added to the command's environment, in clear. */
  env: Record<string, string>;
}

export interface CommandGateArgs extends ReleaseOfCommandGate {
  /**
   * The program and its arguments, run in the program's folder, without a shell; exit 0 passes. It is told what for by
   * KNOWNGOOD_DIRECTION, KNOWNGOOD_STACK, KNOWNGOOD_FROM and KNOWNGOOD_TO.
   */
  command: string[];
  /** Environment whose values are secret; they never show in what is printed. @default none */
  secrets?: Readonly<Record<string, Input<string>>>;
  /** What makes the command run again when it changes, such as the ids of containers. */
  rerunOn: Input<Input<string>[]>;
  /** The same, for what is secret. @default nothing */
  changedWith?: Input<object>;
  /** What must exist before the command runs. @default nothing */
  runAfter?: Resource[] | Promise<Resource[]>;
}

/** Has a command judge a release; the `up` fails when the command says no, breaks, or does not end in its time. */
export class CommandGate extends ComponentResource {
  readonly report: Output<{ outcome: "passed"; passedAt: string; seconds: number }>;
  constructor(name: string, args: CommandGateArgs, options?: ComponentResourceOptions);
}

export interface ReleaseOfErrorRateGate extends Told {
  /** Share of errors that still passes, from 0 to 1. */
  limit?: number;
  factor: number;
  floor: number;
  /** Requests from which on a share says something. 30 by `AssessedRelease.errorRateGate`. */
  leastRequests: number;
  /** Seconds between looks. 15 by `AssessedRelease.errorRateGate`. */
  every: number;
  /** Seconds that the release is watched. 600 and 300 by `AssessedRelease.errorRateGate`. */
  watch: { forward: number; back: number };
  /** What too few requests come to. "pass" by `AssessedRelease.errorRateGate`. */
  inconclusive: "pass" | "fail";
  baseline: Input<{ ratio: number | null; requests: number | null; release: string; takenAt: string }>;
}

export interface ErrorRateGateArgs extends ReleaseOfErrorRateGate {
  /** Where Prometheus is, and the seconds that it has for an answer. May hold secrets. */
  access: Input<{
    url: string;
    headers: Record<string, string>;
    timeout: number;
    bearer?: string;
    user?: string;
    password?: string;
  }>;
  /** PromQL, with `$window` for the seconds looked at: failed requests and all, or the share from 0 to 1. */
  queries: { errors: string; requests: string } | { ratio: string };
  /** Looks in a row without too many errors that pass early. @default the whole time is watched */
  cleanSamples?: number;
  /** Values that must not show. @default none */
  redact?: Input<Input<string>[]>;
  /** What makes the gate run again when it changes, such as the ids of containers. */
  rerunOn: Input<Input<string>[]>;
  /** What must exist before the watch begins. @default nothing */
  runAfter?: Resource[];
}

/** Watches a release's share of failed requests in Prometheus; the `up` fails when there are too many. */
export class ErrorRateGate extends ComponentResource {
  readonly report: Output<{ outcome: "passed" | "inconclusive"; passedAt: string; why: string }>;
  constructor(name: string, args: ErrorRateGateArgs, options?: ComponentResourceOptions);
}

/** A gate that has passed says when: every gate here, and any resource of yours with such a report. */
export interface PassedGate {
  /** `passedAt` in ISO 8601, UTC. */
  readonly report: Output<{ passedAt: string }>;
}

export interface DeployedReleaseArgs {
  release: AssessedRelease;
  /**
   * By service, what is another text whenever what runs was replaced, and known once it is there: a container's id, the
   * ARN of a task definition, a Deployment's `metadata.generation`, a Nomad job's modify index.
   */
  runs: Readonly<Record<string, Input<string>>>;
  /** All gates of the release: once they have passed it is known good. At least one. */
  gates: readonly PassedGate[];
}

/**
 * Remembers what the program deployed: which release each service runs, which is quarantined, and which is known good. The
 * next assessment reads it back from the stack's state. One for each stack.
 * @throws ResourceError where a service is missing or too many, or there is no gate
 */
export class DeployedRelease extends ComponentResource {
  /** The known-good releases, newest first; this one is among them once its gates have passed. */
  readonly knownGood: Output<{ tag: string; passedAt: string }[]>;
  constructor(name: string, args: DeployedReleaseArgs, options?: ComponentResourceOptions);
}
