import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { imageReference, type ReleasedImage } from "../catalog/build";
import { labels, serviceType } from "../history/running";

/** A port of the container, published on the host. */
export interface ServicePort {
  /** Port inside the container. */
  container: number;
  /** Port on the host. */
  host: number;
  /** Address of the host. @default "127.0.0.1" */
  address?: string;
  /** @default "tcp" */
  protocol?: "tcp" | "udp";
}

/** A volume or a folder of the host, as the container sees it; one of `volume` and `host` is given. */
export interface ServiceMount {
  /** Name of a Docker volume. */
  volume?: pulumi.Input<string>;
  /** Folder of the host, absolute. */
  host?: string;
  /** Where the container sees it, absolute. */
  container: string;
  /** @default false */
  readOnly?: boolean;
}

export interface ServiceArgs {
  /** The service's name: its network alias, and its name in the catalog. */
  service: string;
  /** Tag of the release that the service is brought to. */
  release: string;
  /**
   * Release under which the present container was created, where the image has not changed since: the container keeps
   * this label, so that a release that leaves the service alone does not replace it. @default `release`
   */
  createdAs?: string;
  /** The image, pinned by digest. */
  image: ReleasedImage;
  /** The drill that makes the container anew, by its id: a label, and so the harmless change. @default none */
  drill?: string;
  /** The stack that the container belongs to, such as `shop/prod`: a label. */
  stack: string;
  /** Name of the container. */
  containerName: string;
  /** Environment in clear. @default none */
  env?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Environment that is kept secret in the state. @default none */
  secrets?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** @default none */
  ports?: readonly ServicePort[];
  /** @default none */
  mounts?: readonly ServiceMount[];
  /** Docker networks by name; on each the service's name is its alias. @default Docker's default network */
  networks?: readonly pulumi.Input<string>[];
  /** @default the image's own */
  entrypoint?: string[];
  /** @default the image's own */
  command?: string[];
  /** User and group, such as `1000:1000`. @default the image's own */
  user?: string;
  /** @default "unless-stopped" */
  restart?: string;
  /** Processors. @default no limit */
  cpus?: number;
  /** MiB. @default no limit */
  memoryMiB?: number;
  /** Whether the root file system is read-only. @default false */
  readOnly?: boolean;
  /** Whether a small init is process 1; without it a program that ignores signals costs the whole grace. @default true */
  init?: boolean;
  /** @default "SIGTERM" */
  stopSignal?: string;
  /** Seconds from the stop signal until the kill, so that what is in flight finishes. @default 10 */
  stopGraceSeconds?: number;
  /** What must exist before the present container stops: every image of the release, the migrated schema. */
  startAfter?: Promise<pulumi.Resource[]>;
  /** Whether the container is started; one that is not waits for the `up` that starts it. @default true */
  start?: boolean;
  /** What the container is replaced with: a network that was lost and is made anew, a schema that is stepped down. @default nothing */
  replaceWith?: pulumi.Resource[];
}

/** One service of a release: its image, pulled and pinned by digest, and its container on a Docker engine. */
export class Service extends pulumi.ComponentResource {
  readonly service: string;
  /** The image, pulled. Other services' containers can wait for it. */
  readonly pulled: docker.RemoteImage;
  /** `repository@sha256:…` */
  readonly image: pulumi.Output<string>;
  readonly containerId: pulumi.Output<string>;
  readonly containerName: pulumi.Output<string>;
  /** The container, for what must wait for it. */
  readonly container: docker.Container;
  /** Tag of the release that the service was brought to; known once its container exists. */
  readonly release: pulumi.Output<string>;

  constructor(name: string, args: ServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super(serviceType, name, {}, options);
    this.service = args.service;
    this.pulled = this.pull(name, args.image);
    this.container = this.run(name, args);
    this.image = this.container.image;
    this.containerId = this.container.id;
    this.containerName = this.container.name;
    this.release = this.containerId.apply(() => args.release);
    this.registerOutputs({
      service: this.service,
      release: this.release,
      image: this.image,
      containerId: this.containerId,
      containerName: this.containerName,
    });
  }

  /** Images stay on the host when a release is left: they are the way back. */
  private pull(name: string, image: ReleasedImage): docker.RemoteImage {
    return new docker.RemoteImage(
      `${name}-image`,
      { name: imageReference(image), keepLocally: true },
      { parent: this },
    );
  }

  private run(name: string, args: ServiceArgs): docker.Container {
    const grace = args.stopGraceSeconds ?? 10;
    return new docker.Container(
      `${name}-container`,
      {
        name: args.containerName,
        image: imageReference(args.image),
        envs: environment(args),
        ...(args.entrypoint && { entrypoints: args.entrypoint }),
        ...(args.command && { command: args.command }),
        ...(args.user !== undefined && { user: args.user }),
        ...(args.cpus !== undefined && { cpus: cpusText(args.cpus) }),
        // Docker's own default for swap, said outright: what is left open reads as drift at the next update.
        ...(args.memoryMiB !== undefined && { memory: args.memoryMiB, memorySwap: 2 * args.memoryMiB }),
        ports: (args.ports ?? []).map(({ container, host, address, protocol }) => ({
          internal: container,
          external: host,
          ip: address ?? "127.0.0.1",
          protocol: protocol ?? "tcp",
        })),
        volumes: (args.mounts ?? []).map(({ volume, host, container, readOnly }) => ({
          ...(volume !== undefined ? { volumeName: volume } : { hostPath: host }),
          containerPath: container,
          readOnly: readOnly ?? false,
        })),
        networksAdvanced: (args.networks ?? []).map((network) => ({
          name: network,
          aliases: [args.service],
        })),
        labels: [
          { label: labels.stack, value: args.stack },
          { label: labels.service, value: args.service },
          { label: labels.release, value: args.createdAs ?? args.release },
          { label: labels.digest, value: args.image.digest },
          ...(args.drill === undefined ? [] : [{ label: labels.drill, value: args.drill }]),
        ],
        restart: args.restart ?? "unless-stopped",
        readOnly: args.readOnly ?? false,
        init: args.init ?? true,
        stopSignal: args.stopSignal ?? "SIGTERM",
        stopTimeout: grace,
        // Docker kills at once where the deletion names no time of its own.
        destroyGraceSeconds: grace,
        // A container that can't start is the gate's to report, with its logs; the provider would show neither.
        wait: false,
        mustRun: args.start ?? true,
        ...(args.start === false && { start: false }),
        // What an image keeps in an anonymous volume may be the only copy.
        removeVolumes: false,
      },
      {
        parent: this,
        // Name and ports are taken until the old container is gone.
        deleteBeforeReplace: true,
        // An update would leave it as it is.
        replaceOnChanges: ["start"],
        dependsOn: args.startAfter,
        replaceWith: args.replaceWith,
      },
    );
  }
}

/** Processors as the provider reads them back, with a decimal; otherwise a whole number is drift at every update. */
function cpusText(cpus: number): string {
  return Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus);
}

/** The environment as Docker takes it, in a stable order; a secret value makes the whole list secret. */
function environment(args: ServiceArgs): pulumi.Output<string[]> {
  const lines = (values: Record<string, string>) =>
    Object.entries(values).map(([key, value]) => `${key}=${value}`);
  const clear = pulumi.output(args.env ?? {}).apply(lines);
  if (args.secrets === undefined) return clear.apply((own) => own.sort());
  const secret = pulumi.secret(args.secrets).apply(lines);
  return pulumi.all([clear, secret]).apply(([own, hidden]) => [...own, ...hidden].sort());
}
