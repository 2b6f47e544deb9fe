import { containerState, type ContainerState } from "../../gates/engine";
import { TargetError, type Found, type Wanted } from "../target";
import { nameInFile, type Project } from "./commandLine";

/** A container of the project, as its engine tells of it. */
export interface ProjectContainer {
  id: string;
  /** Name of its service in the compose file. */
  service: string;
  /** What it was made of, as it was asked for: `repository:tag` or `repository@sha256:…`. */
  reference: string;
  /** `repository@sha256:…` of its image, as far as the engine knows where that came from. */
  digests: readonly string[];
  state: ContainerState;
}

interface ContainerLine {
  id: string;
  image: string;
  reference: string;
  service: string;
}

/**
 * The containers that a look printed.
 * @throws TargetError for what is none
 */
export function containersIn(output: string): ProjectContainer[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  const read = lines.map((line) => ({ line, value: parsed(line) }));
  const digests = new Map(
    read.flatMap(({ value }) =>
      typeof value.layersOf === "string" ? [[value.layersOf, (value.digests ?? []) as string[]]] : [],
    ),
  );
  return read.flatMap(({ line, value }) => {
    if (typeof value.id !== "string") return [];
    const { id, image, reference, service } = value as unknown as ContainerLine;
    return [{ id, service, reference, digests: digests.get(image) ?? [], state: containerState(line) }];
  });
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new TargetError("docker inspect answered something that is not JSON");
  }
}

/** A service with a build that it may run; without one it is not asked for. */
export type Known = Pick<Wanted, "service"> & Partial<Wanted>;

/** What runs of each service, once, whatever number of containers it has, and of builds that it may run. */
export function foundOf(
  project: Project,
  known: readonly Known[],
  containers: readonly ProjectContainer[],
): Found[] {
  const services = [...new Set(known.map(({ service }) => service))];
  return services.map((service) => {
    const builds = known.filter((build) => build.service === service);
    return foundService(service, builds, containersOf(nameInFile(project, service), containers));
  });
}

function foundService(service: string, known: readonly Known[], own: readonly ProjectContainer[]): Found {
  const [worst] = [...own].sort((a, b) => soundness(a.state) - soundness(b.state));
  if (worst === undefined) {
    const state = { status: "missing", instance: "missing", restarts: 0 };
    return { service, digest: undefined, instance: "none", state };
  }
  const digests = new Set(own.map((container) => digestOf(container, known)));
  return {
    service,
    digest: digests.size === 1 ? [...digests][0] : undefined,
    instance: own
      .map(({ id }) => id)
      .sort()
      .join(" "),
    state: {
      ...worst.state,
      instance: own.map(({ state }) => state.instance).join(", "),
      restarts: own.reduce((sum, { state }) => sum + state.restarts, 0),
    },
  };
}

/** The containers of a service of the file. What an interrupted change has made and never started is not yet one. */
export function containersOf(name: string, containers: readonly ProjectContainer[]): ProjectContainer[] {
  const own = containers.filter(({ service }) => service === name);
  const begun = own.filter(({ state }) => state.status !== "created");
  return begun.length > 0 ? begun : own;
}

/** The build of a container: what it was asked for by, or a known one where its image goes by several digests. */
function digestOf({ reference, digests }: ProjectContainer, known: readonly Known[]): string | undefined {
  const asked = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  if (asked !== undefined) return asked;
  const all = digests.map((one) => one.split("@")[1]);
  const repository = reference.replace(/:[^:/]+$/, "");
  const own = digests.findIndex((one) => one.startsWith(`${repository}@`));
  return known.find(({ digest }) => all.includes(digest))?.digest ?? all[own] ?? all[0];
}

/** The lower, the worse. */
function soundness({ status, health }: ContainerState): number {
  if (status !== "running") return 0;
  if (health === "unhealthy") return 1;
  return health === "starting" ? 2 : 3;
}

export function isSound(state: ContainerState): boolean {
  return soundness(state) === 3;
}
