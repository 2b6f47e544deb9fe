import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../assessment/assessment";
import { goesWithout } from "../assessment/breakGlass";
import { imageOf } from "../catalog/build";
import type { CommandReport } from "../gates/commandReport";
import type { ErrorRateReport } from "../gates/errorRateReport";
import type { HealthReport } from "../gates/healthReport";
import { withKnownGood, type KnownGood } from "../history/knownGood";
import type { OwedRun } from "../history/owedRun";
import type { RecordedBaseline } from "../history/recordedBaseline";
import type { RecordedTelling } from "../history/recordedTellings";
import { labels } from "../history/running";
import type { Stray } from "../history/strays";
import type { Settings } from "../settings/settings";
import { breakableGates } from "../settings/guardNames";
import { owedRunOf } from "./breakGlass";
import type { CommandGate } from "./commandGate";
import type { Database } from "./database";
import type { FlagOff } from "./flagOff";
import type { HealthGate } from "./healthGate";
import type { Hook } from "./hook";
import { mapValues } from "./mapValues";
import { Network } from "./network";
import { Quarantine } from "./quarantine";
import { Reclaim } from "./reclaim";
import { releaseDatabase, stayStopped, stepping } from "./releaseDatabase";
import { errorRateBaseline, errorRateGate } from "./releaseErrorRate";
import { flagsOff } from "./releaseFlags";
import { byService, commandGates, healthGates } from "./releaseGates";
import { hooksAfter, hooksBefore } from "./releaseHooks";
import { HostedServices } from "./releaseHosted";
import type { ReleasedService } from "./releasedService";
import { Service, type ServiceArgs } from "./service";

export interface ReleaseArgs {
  /** The project and stack that everything is labelled with, such as `shop/prod`. */
  stack: string;
  /** What the names of containers, volumes and the network begin with. */
  prefix: string;
  settings: Settings;
  assessment: Assessment;
  /** What a killed update left on the engine. @default none */
  strays?: readonly Stray[];
  /** Counts how often the stack's network has been made; one that was lost is made anew with the next number. @default 0 */
  networkGeneration?: number;
  /** Whether a reclaim was declared before, and so has to be declared still. @default false */
  reclaimedBefore?: boolean;
  /** The value of a secret setting. */
  secret: (name: string) => pulumi.Output<string>;
  /** Commands that bring a release back, for the gate to name when it fails. */
  commandsTo: (tag: string) => string[];
  /** What the state holds of commands that were told of a change of release. @default nothing */
  recordedTellings?: Readonly<Record<string, RecordedTelling>>;
  /** What the state holds of the error rate's baseline. @default nothing */
  recordedBaseline?: RecordedBaseline;
  /** Services of which the engine does not run the container that the state holds. @default none */
  absent?: readonly string[];
  /** Whether the stack's network is gone, so that it is made anew. @default false */
  networkLost?: boolean;
}

/**
 * A release on a stack, and the order of everything: every image pulled, flags turned off, the hooks before the change
 * run and the schema migrated before the first container stops; every container started before the first gate, every service healthy before
 * the hooks after the change and the other gates, all of them passed before the release is known good.
 * Only a step-down is run while no container is there.
 */
export class Release extends pulumi.ComponentResource {
  readonly services: Readonly<Record<string, ReleasedService>>;
  readonly database: Database | undefined;
  readonly gates: Readonly<Record<string, HealthGate>>;
  readonly commandGates: Readonly<Record<string, CommandGate>>;
  /** Undefined where no error rate is watched. */
  readonly errorRate: pulumi.Output<ErrorRateReport> | undefined;
  /** Flags that are off for this release, whether they were turned off now or before. */
  readonly flagsOff: readonly FlagOff[];
  readonly hooksBefore: readonly Hook[];
  readonly hooksAfter: readonly Hook[];
  /** By service. */
  readonly reports: pulumi.Output<Record<string, HealthReport>>;
  /** By gate. */
  readonly commandReports: pulumi.Output<Record<string, CommandReport>>;
  /** The known-good releases, newest first; this one is among them once its gates have passed. */
  readonly knownGood: pulumi.Output<KnownGood[]>;
  /** The proper run that is owed; undefined for a stack that has never gone on by break-glass. */
  readonly owed: pulumi.Output<OwedRun | undefined> | undefined;

  constructor(name: string, args: ReleaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Release", name, {}, options);
    const images = later<pulumi.Resource[]>();
    const hosted = args.settings.target === "docker" ? undefined : new HostedServices(name, this, args);
    const own = hosted ? undefined : this.containers(name, args);
    const made = own ? [own.network.creation] : [];
    const pulled = images.promise.then((resources) => [...resources, ...made]);
    const start = !stayStopped(args.assessment);
    // A hook may close the shop, and then there is nothing to measure.
    const before = errorRateBaseline(name, this, args, pulled);
    const measured = before === undefined ? pulled : withMore(pulled, before.taking);
    this.flagsOff = flagsOff(name, this, args, measured);
    const flagged = withMore(measured, ...this.flagsOff.map(({ turningOff }) => turningOff));
    this.hooksBefore = hooksBefore(name, this, args, flagged, start);
    const fetched = withMore(flagged, ...this.hooksBefore.map(({ run }) => run));
    // What a killed update left running would meet the older schema like any other container.
    const early = stepping(args.assessment) ? this.reclaim(name, args, fetched) : undefined;
    const stop = stepping(args.assessment) ? hosted?.stop(fetched) : undefined;
    const quiet = [...(early ? [early.removal] : []), ...(stop ? [stop] : [])];
    this.database = releaseDatabase(name, this, args, withMore(fetched, ...quiet));
    const prepared = this.database ? withMore(fetched, this.database.schema) : fetched;
    const reclaim = early ?? this.reclaim(name, args, prepared);
    const ready = reclaim ? withMore(prepared, reclaim.removal) : prepared;
    const { memory } = args.assessment.quarantine;
    new Quarantine(`${name}-quarantine`, { memory, rememberAfter: ready }, { parent: this });
    this.services = own
      ? this.started(name, args, { ...own, ready })
      : (hosted?.services(start, ready) ?? {});
    images.resolve([...new Set(Object.values(this.services).map(({ pulled }) => pulled))]);
    // Services that stay stopped have nothing to be asked, and what was not asked is not good.
    const checked = { name, parent: this, args, services: start ? this.services : {} };
    this.gates = healthGates(checked);
    const healthy = Object.values(this.gates).map(({ check }) => check);
    this.hooksAfter = hooksAfter(checked, healthy);
    const fit = [...healthy, ...this.hooksAfter.map(({ run }) => run)];
    this.commandGates = commandGates(checked, fit);
    this.errorRate = errorRateGate(checked, before, fit)?.report;
    this.reports = pulumi.all(mapValues(this.gates, ({ report }) => report));
    this.commandReports = pulumi.all(mapValues(this.commandGates, ({ report }) => report));
    const others: pulumi.Output<{ passedAt: string }>[] = this.hooksAfter.map(({ report }) => report);
    if (this.errorRate !== undefined) others.push(this.errorRate);
    const passed = pulumi.all(others.map((report) => report.apply(({ passedAt }) => passedAt)));
    this.knownGood = pulumi
      .all([this.reports, this.commandReports, passed])
      .apply(([ofServices, ofCommands, ofOthers]) => {
        if (!start || leavesGatesOut(args.assessment) || drillsAway(args.assessment))
          return [...args.assessment.knownGood];
        const passedAt =
          [...Object.values(ofServices), ...Object.values(ofCommands)]
            .map((report) => report.passedAt)
            .concat(ofOthers)
            .sort()
            .at(-1) ?? "";
        return withKnownGood(args.assessment.knownGood, { tag: args.assessment.target.tag, passedAt });
      });
    this.owed = owedRunOf(name, this, args.assessment.owed, { pulled, knownGood: this.knownGood });
    this.registerOutputs({
      reports: this.reports,
      ...(Object.keys(this.commandGates).length > 0 && { commandReports: this.commandReports }),
      knownGood: this.knownGood,
    });
  }

  /** A stray may be all that still serves, so it goes when any other container does. */
  private reclaim(
    name: string,
    { strays = [], reclaimedBefore = false, settings }: ReleaseArgs,
    removeAfter: Promise<pulumi.Resource[]>,
  ): Reclaim | undefined {
    if (strays.length === 0 && !reclaimedBefore) return undefined;
    const engine = settings.docker.host;
    return new Reclaim(`${name}-reclaim`, { strays, engine, removeAfter }, { parent: this });
  }

  /** What the stack's own containers are connected by, and keep their data in. */
  private containers(name: string, args: ReleaseArgs) {
    return { network: this.network(name, args), volumes: this.volumes(name, args) };
  }

  private network(name: string, { prefix, stack, settings, networkGeneration }: ReleaseArgs): Network {
    return new Network(
      `${name}-network`,
      { name: prefix, stack, generation: networkGeneration, engine: settings.docker.host },
      { parent: this },
    );
  }

  private volumes(name: string, { prefix, stack, settings }: ReleaseArgs): Record<string, docker.Volume> {
    return mapValues(
      settings.volumes,
      (_settings, volume) =>
        new docker.Volume(
          `${name}-volume-${volume}`,
          { name: `${prefix}-${volume}`, labels: [{ label: labels.stack, value: stack }] },
          { parent: this, retainOnDelete: !settings.destroyData },
        ),
    );
  }

  private started(
    name: string,
    { settings, assessment, stack, prefix, secret }: ReleaseArgs,
    on: {
      network: Network;
      volumes: Record<string, docker.Volume>;
      ready: Promise<pulumi.Resource[]>;
    },
  ): Record<string, Service> {
    return mapValues(byService(settings, assessment), ([service, move], serviceName) => {
      const image = imageOf(assessment.target.services[serviceName]);
      if (image === undefined)
        throw new pulumi.ResourceError(`${serviceName} has no image in ${move.to.tag}`, this, true);
      return new Service(
        `${name}-${serviceName}`,
        {
          service: serviceName,
          release: move.to.tag,
          createdAs: move.from?.digest === move.to.digest ? move.from.createdAs : move.to.tag,
          image,
          ...drillLabel(assessment),
          stack,
          containerName: `${prefix}-${serviceName}`,
          env: service.env,
          ...(Object.keys(service.secrets).length > 0 && { secrets: mapValues(service.secrets, secret) }),
          ports: service.ports,
          mounts: service.volumes.map(({ volume, host, container, readOnly }) => ({
            ...(volume !== undefined ? { volume: on.volumes[volume]?.name ?? volume } : { host }),
            container,
            readOnly,
          })),
          networks: [on.network.name, ...service.networks],
          entrypoint: service.entrypoint,
          command: service.command,
          user: service.user,
          restart: service.restart,
          cpus: service.cpus,
          memoryMiB: service.memoryMiB,
          readOnly: service.readOnly,
          init: service.init,
          stopSignal: service.stopSignal,
          stopGraceSeconds: service.stopGraceSeconds,
          startAfter: on.ready,
          start: !stayStopped(assessment),
          replaceWith: [on.network.creation, ...(this.database ? [this.database.schema] : [])],
        },
        { parent: this },
      );
    });
  }
}

/** What a drill of the running release makes its containers anew by. */
function drillLabel({ drill, direction }: Assessment): Pick<ServiceArgs, "drill"> {
  return drill?.way === "out" && direction === "same" ? { drill: drill.id } : {};
}

/** Whether a drill goes to another release, which must not become the next one to go back to for that. */
function drillsAway({ drill, direction }: Assessment): boolean {
  return drill?.way === "out" && direction !== "same";
}

/** Whether a gate is not asked, without which the release is not good. */
function leavesGatesOut({ breakGlass }: Assessment): boolean {
  return breakableGates.some((gate) => goesWithout(breakGlass, gate));
}

function withMore(
  resources: Promise<pulumi.Resource[]>,
  ...more: pulumi.Resource[]
): Promise<pulumi.Resource[]> {
  return resources.then((known) => [...known, ...more]);
}

/** A promise that is kept from outside: containers wait for images that are declared after them. */
function later<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((keep) => (resolve = keep));
  return { promise, resolve };
}
