import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Assessment, ServiceMove } from "../assessment/assessment";
import { successSpacing } from "../gates/healthDecision";
import type { HealthReport } from "../gates/healthReport";
import { withKnownGood, type KnownGood } from "../history/knownGood";
import { labels } from "../history/running";
import type { Stray } from "../history/strays";
import type { ServiceSettings } from "../settings/serviceSettings";
import type { Settings } from "../settings/settings";
import { Database } from "./database";
import { HealthGate } from "./healthGate";
import { probeOf } from "./healthProbe";
import { Network } from "./network";
import { Reclaim } from "./reclaim";
import { Service } from "./service";

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
}

/**
 * A release on a stack, and the order of everything: every image pulled and the schema migrated before the first
 * container stops, every container started before the first gate, every gate passed before the release is known good.
 */
export class Release extends pulumi.ComponentResource {
  readonly services: Readonly<Record<string, Service>>;
  readonly database: Database | undefined;
  readonly gates: Readonly<Record<string, HealthGate>>;
  /** By service. */
  readonly reports: pulumi.Output<Record<string, HealthReport>>;
  /** The known-good releases, newest first; this one is among them once its gates have passed. */
  readonly knownGood: pulumi.Output<KnownGood[]>;

  constructor(name: string, args: ReleaseArgs, options?: pulumi.ComponentResourceOptions) {
    super("knowngood:index:Release", name, {}, options);
    const images = later<pulumi.Resource[]>();
    const network = this.network(name, args);
    const volumes = this.volumes(name, args);
    this.database = this.migrated(name, args, images.promise);
    const prepared = images.promise.then((pulled) => [
      ...pulled,
      network.creation,
      ...(this.database ? [this.database.schema] : []),
    ]);
    const reclaim = this.reclaim(name, args, prepared);
    const ready = prepared.then((resources) => [...resources, ...(reclaim ? [reclaim.removal] : [])]);
    this.services = this.started(name, args, { network, volumes, ready });
    images.resolve(Object.values(this.services).map(({ pulled }) => pulled));
    this.gates = this.checked(name, args);
    this.reports = pulumi.all(mapValues(this.gates, ({ report }) => report));
    this.knownGood = this.reports.apply((reports) => {
      const passedAt =
        Object.values(reports)
          .map((report) => report.passedAt)
          .sort()
          .at(-1) ?? "";
      return withKnownGood(args.assessment.knownGood, { tag: args.assessment.target.tag, passedAt });
    });
    this.registerOutputs({ reports: this.reports, knownGood: this.knownGood });
  }

  /** A stray may be all that still serves, so it goes as late as any other container. */
  private reclaim(
    name: string,
    { strays = [], reclaimedBefore = false, settings }: ReleaseArgs,
    removeAfter: Promise<pulumi.Resource[]>,
  ): Reclaim | undefined {
    if (strays.length === 0 && !reclaimedBefore) return undefined;
    const engine = settings.docker.host;
    return new Reclaim(`${name}-reclaim`, { strays, engine, removeAfter }, { parent: this });
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

  private migrated(
    name: string,
    args: ReleaseArgs,
    images: Promise<pulumi.Resource[]>,
  ): Database | undefined {
    const { settings, assessment, secret } = args;
    if (settings.database === undefined || assessment.schema === undefined) return undefined;
    return new Database(
      `${name}-database`,
      {
        url: secret(settings.database.url),
        table: settings.database.table,
        lockTimeout: settings.database.lockTimeout,
        catalogFolder: settings.releases,
        shipped: assessment.target.migrations,
        applied: assessment.schema.applied,
        recorded: assessment.schema.recorded,
        dropOnDestroy: settings.destroyData,
        migrateAfter: images,
      },
      { parent: this },
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
      const image = assessment.target.services[serviceName];
      if (image === undefined)
        throw new pulumi.ResourceError(`${serviceName} has no image in ${move.to.tag}`, this, true);
      return new Service(
        `${name}-${serviceName}`,
        {
          service: serviceName,
          release: move.to.tag,
          createdAs: move.from?.digest === move.to.digest ? move.from.createdAs : move.to.tag,
          image,
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
          replaceWith: [on.network.creation],
        },
        { parent: this },
      );
    });
  }

  private checked(
    name: string,
    { settings, assessment, stack, secret, commandsTo }: ReleaseArgs,
  ): Record<string, HealthGate> {
    const containers = Object.values(this.services).map(({ container }) => container);
    const ids = Object.values(this.services).map(({ containerId }) => containerId);
    const back = assessment.lastKnownGood;
    return mapValues(byService(settings, assessment), ([service, move], serviceName) => {
      const { health } = service;
      const running = this.services[serviceName];
      return new HealthGate(
        `${name}-${serviceName}-health`,
        {
          stack,
          service: serviceName,
          release: move.to.tag,
          digest: move.to.digest,
          containerId: running?.containerId ?? "",
          engine: settings.docker.host,
          probe: probeOf(service, settings.docker.host, secret),
          within: health?.within ?? settings.gates.health.within,
          every: health?.every ?? settings.gates.health.every,
          successes: health?.successes ?? usualSuccesses(service, settings),
          timeout: health?.timeout ?? settings.gates.health.timeout,
          records: settings.record.folder,
          ...(back && { goBack: { tag: back.tag, commands: commandsTo(back.tag) } }),
          redact: [...Object.values(service.secrets), ...Object.values(health?.secretHeaders ?? {})].map(
            secret,
          ),
          // One service replaced can make another sick, so all are asked again.
          rerunOn: ids,
          runAfter: containers,
        },
        { parent: this },
      );
    });
  }
}

/** The declared services that the target has, each with its settings and its move. */
function byService(
  settings: Settings,
  assessment: Assessment,
): Record<string, [ServiceSettings, ServiceMove]> {
  return Object.fromEntries(
    assessment.services.flatMap((move) => {
      const service = settings.services[move.service];
      return service === undefined ? [] : [[move.service, [service, move]]];
    }),
  );
}

/** Looks at a container that only has to run: at a quarter of a second each, three seconds without a restart. */
const looksAtState = 12;

/** A service that answers is asked a few times; one that can only be seen to run could be between two crashes. */
function usualSuccesses({ health }: ServiceSettings, { gates }: Settings): number {
  const answers = [health?.path, health?.url, health?.tcp, health?.exec].some((probe) => probe !== undefined);
  if (answers) return gates.health.successes;
  // A gate with little time keeps half of it for the start; more looks than fit could never pass.
  const within = health?.within ?? gates.health.within;
  const fitting = Math.floor(within / 2 / successSpacing);
  return Math.max(gates.health.successes, Math.min(looksAtState, fitting));
}

function mapValues<From, To>(
  record: Record<string, From>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** A promise that is kept from outside: containers wait for images that are declared after them. */
function later<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((keep) => (resolve = keep));
  return { promise, resolve };
}
