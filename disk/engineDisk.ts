import { hostname } from "node:os";
import { askEngine, engineInfo, type EngineInfo } from "../assessment/engineQueries";
import { filesystemsOf, parseDf, type Filesystem } from "./filesystem";

/** Where containerd keeps images, unless its own configuration says otherwise, which no engine tells. */
const containerdFolder = "/var/lib/containerd";

/** Containers in which `df` is tried; a stack whose images lack it has it in none. */
const triedContainers = 3;

/**
 * The filesystems on which an engine keeps its images and the rest: where its folders are on this machine, those of the
 * folders; else that of a running container, which lies where the images do.
 * @param engine value of DOCKER_HOST, where the settings name one
 * @param containers ids of the stack's containers
 * @param signal ends the questions
 * @param info what the engine says of itself. @default it is asked
 * @throws Error where nobody can say
 */
export async function engineDisk(
  engine: string | undefined,
  containers: () => Promise<readonly string[]>,
  signal?: AbortSignal,
  info: Promise<EngineInfo> = engineInfo(engine, signal),
): Promise<Filesystem[]> {
  const place = await info;
  if (isHere(place, engine ?? process.env.DOCKER_HOST)) {
    const own = await filesystemsOf(imageFolders(place)).catch(() => undefined);
    if (own !== undefined) return own;
  }
  return dfInContainer((await containers()).slice(0, triedContainers), engine, signal);
}

/** The engine's own folder, and containerd's where the engine leaves its images to that. */
export function imageFolders({ root, status }: Pick<EngineInfo, "root" | "status">): string[] {
  const byContainerd = status?.some(([, value]) => value === "io.containerd.snapshotter.v1");
  return byContainerd === true ? [root, containerdFolder] : [root];
}

/**
 * Whether an engine runs on this machine. A socket alone does not say: it can lead to a virtual machine, to another
 * machine, or out of the container that this is.
 */
function isHere({ name, context }: EngineInfo, host: string | undefined): boolean {
  const local = host === undefined || host === "" ? context === "default" : host.startsWith("unix://");
  return local && name === hostname();
}

async function dfInContainer(
  containers: readonly string[],
  engine: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Filesystem[]> {
  for (const id of containers) {
    try {
      const { stdout } = await askEngine(["exec", id, "df", "-kP", "/"], engine, signal);
      // Its device is a layer's own name for it, which says nothing.
      return parseDf(stdout).map((found) => ({ ...found, name: "the engine's own folder" }));
    } catch {
      // It is stopped, or has no df; another may have it.
    }
  }
  throw new Error(
    "the engine's folder is not on this machine, and no running container of the stack could be asked by df",
  );
}
