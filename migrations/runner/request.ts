import type { Host } from "../../hosts/host";

/** Where a migration runner is run. */
export type RunnerPlace =
  /** This machine, in the project's folder. */
  | { kind: "here" }
  /** The host of the services, in their project's folder; host undefined for this machine. */
  | RunnerHost
  /** A container of its own, gone afterwards. */
  | RunnerContainer;

export interface RunnerHost {
  kind: "host";
  host?: Host;
  /** Absolute. */
  folder: string;
}

export interface RunnerContainer {
  kind: "image";
  /** `repository@sha256:…` */
  image: string;
  /** The service whose image it is. */
  service: string;
  /** Name of the container. */
  name: string;
  /** Project and stack, such as `shop/prod`: its label. */
  stack: string;
  /** Docker networks, the stack's own first. */
  networks: readonly string[];
  /** The service's volumes and folders. */
  mounts: readonly RunnerMount[];
  /** Value of DOCKER_HOST. @default what `docker` itself would use */
  engine?: string;
  /** @default the image's own */
  entrypoint?: readonly string[];
  /** User and group, such as `1000:1000`. @default the image's own */
  user?: string;
}

export interface RunnerMount {
  /** Name of a Docker volume, or a folder of the host, absolute. */
  source: string;
  /** Where the container sees it. */
  target: string;
  readOnly: boolean;
}

/** The user's own command that brings the database to what a release ships. */
export interface RunnerRequest {
  /** The program and its arguments; in a container, what follows the image's entrypoint. */
  up: readonly string[];
  /** Seconds until it is stopped, with all its children. */
  within: number;
  where: RunnerPlace;
  /** Beside what the place has itself; it can hold secrets. */
  env: Readonly<Record<string, string>>;
  /** Secret values, replaced wherever what it printed is shown. */
  redact: readonly string[];
}

/** Where a runner is run, in words. */
export function placeText(where: RunnerPlace): string {
  switch (where.kind) {
    case "here":
      return "in the project's folder";
    case "host":
      return `in ${where.folder} on ${where.host?.address ?? "this machine"}`;
    case "image":
      return `in a container of ${where.service}'s image`;
    default:
      return where satisfies never;
  }
}
