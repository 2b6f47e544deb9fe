import { imageOf } from "../catalog/build";
import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { usedPercent, type Filesystem } from "../disk/filesystem";
import type { Removable } from "../disk/removable";
import type { ImageSpace } from "../disk/spaceNeeded";
import { directionOf, runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import { withoutPassword } from "../migrations/password";
import type { DiskSettings } from "../settings/diskSettings";
import type { EngineInfo } from "./engineQueries";
import { TimeLimit } from "./timeLimit";

/** Where a disk is. */
export type DiskHost = "engine" | "database";

/** A filesystem, and whose it is: one machine can be both. */
export interface HostDisk {
  of: readonly DiskHost[];
  filesystem: Filesystem;
}

/** A disk of which nobody could say how full it is. */
export interface UnknownDisk {
  of: DiskHost;
  why: string;
  /** Whether the settings name a command that was to tell it. */
  asked: boolean;
}

/** How full the disks are, and, where that matters, what is on them. */
export interface DiskEvidence {
  disks: readonly HostDisk[];
  unknown: readonly UnknownDisk[];
  /** What a rollback has to pull; undefined where nothing, with why where nobody could say. */
  pull?: ImageSpace | { unknown: string };
  /** Whether backups lie on the engine's disk. */
  backupsBeside: boolean;
  /** What is on the disks, a line each; asked only where one is past the limit, or too small. */
  use: readonly string[];
  /** What of the stack's images could go; undefined where nobody asked, with why where nobody could say. */
  removable?: Removable | { unknown: string };
}

export interface DiskRequest {
  /** The stack's label on what it makes, such as `shop/prod`. */
  stackLabel: string;
  target: Release;
  catalog: Catalog;
  /** Services that the settings declare. */
  services: readonly string[];
  wayBack: number;
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
  /** Whether services are no containers of an engine's: only the settings' own command tells of their host. @default false */
  hosted?: boolean;
  /** What the engine says of itself. @default it is asked where that matters */
  info?: Promise<EngineInfo>;
  disk: DiskSettings;
  /** Undefined for a stack without a database. */
  database: { url: string; backups: string } | undefined;
}

/** Seconds that all that is asked of the disks may take, as for other evidence. */
const answerSeconds = 10;

/**
 * How full the disks are; undefined where the setting asks for none.
 * @param toPull services whose image is not on the host, once that is known
 * @param seconds that all of it may take, from now on; what is not known by then is unknown
 */
export async function gatherDisk(
  request: DiskRequest,
  state: Promise<StackState>,
  toPull: Promise<readonly string[]>,
  seconds = answerSeconds,
): Promise<DiskEvidence | undefined> {
  if (request.disk.limit === 0) return undefined;
  const limit = new TimeLimit(seconds);
  try {
    return await askDisks(request, state, toPull, limit);
  } finally {
    limit.over();
  }
}

async function askDisks(
  request: DiskRequest,
  state: Promise<StackState>,
  toPull: Promise<readonly string[]>,
  limit: TimeLimit,
): Promise<DiskEvidence> {
  const { disk, database } = request;
  const [engine, ofDatabase, known, missing] = await Promise.all([
    request.hosted === true && disk.engine === undefined
      ? undefined
      : look("engine", disk.engine, limit, async () => {
          const { engineDisk } = await import("../disk/engineDisk");
          const containers = async () => containersIn(await state, request.catalog);
          return engineDisk(request.engine, containers, limit.signal, request.info);
        }),
    database &&
      look("database", disk.database, limit, async () => {
        const { databaseDisk } = await import("../disk/databaseDisk");
        return databaseDisk(database.url);
      }),
    state,
    toPull,
  ]);
  const found = [engine, ofDatabase].filter((each) => each !== undefined);
  const disks = together(found.flatMap((each) => ("why" in each ? [] : each)));
  const unknown = found.flatMap((each) => ("why" in each ? [each] : [])).map(withoutSecrets(database?.url));
  const { pull, backupsBeside } = await neededOn(disks, missing, known, request, limit);
  const evidence = { disks, unknown, ...(pull && { pull }), backupsBeside, use: [] };
  const hosts = hostsToTellOf(evidence, disk.limit);
  return hosts.size === 0 ? evidence : { ...evidence, ...(await onThem(request, hosts, known, limit)) };
}

/** Hosts of disks that are past the limit, or too small: there it is worth the time to ask what is on them. */
function hostsToTellOf({ disks, pull }: DiskEvidence, limit: number): Set<DiskHost> {
  const full = disks.filter(({ filesystem }) => usedPercent(filesystem) >= limit);
  const free = freeOnEngine(disks);
  const tight = pull !== undefined && "usual" in pull && free !== undefined && pull.usual > free;
  return new Set([...full.flatMap(({ of }) => of), ...(tight ? (["engine"] as const) : [])]);
}

/** Bytes that are free for images; undefined where nobody knows. */
export function freeOnEngine(disks: readonly HostDisk[]): number | undefined {
  const own = disks.filter(({ of }) => of.includes("engine")).map(({ filesystem }) => filesystem.free);
  return own.length === 0 ? undefined : Math.min(...own);
}

async function look(
  of: DiskHost,
  command: DiskSettings["engine"],
  limit: TimeLimit,
  bySight: () => Promise<Filesystem[]>,
): Promise<HostDisk[] | UnknownDisk> {
  const asked = command !== undefined;
  const unknown = (error: unknown) => ({ of, why: messageOf(error), asked });
  const asking = async () => {
    if (command === undefined) return bySight();
    const { askDiskCommand } = await import("../disk/diskCommand");
    return askDiskCommand(command, limit.signal);
  };
  return limit.for<HostDisk[] | UnknownDisk>(
    asking().then((found) => found.map((filesystem) => ({ of: [of], filesystem })), unknown),
    unknown(limit.text),
  );
}

/** A filesystem of this machine that is both hosts' stands once. */
function together(disks: readonly HostDisk[]): HostDisk[] {
  return disks.reduce<HostDisk[]>((before, disk) => {
    const { device } = disk.filesystem;
    const same = before.find((other) => device !== undefined && other.filesystem.device === device);
    if (same === undefined) return [...before, disk];
    return before.map((other) => (other === same ? { ...other, of: [...other.of, ...disk.of] } : other));
  }, []);
}

function containersIn(state: StackState, catalog: Catalog): string[] {
  return runningFrom(state, catalog)
    .services.filter(({ stopped }) => stopped === undefined)
    .map(({ containerId }) => containerId);
}

/** What a rollback has to pull. Forward nobody asks: images that don't fit end the `up` before anything is touched. */
async function neededOn(
  disks: readonly HostDisk[],
  missing: readonly string[],
  state: StackState,
  { target, catalog, engine, database }: DiskRequest,
  limit: TimeLimit,
): Promise<Pick<DiskEvidence, "pull" | "backupsBeside">> {
  const free = freeOnEngine(disks);
  const direction = directionOf(target, runningFrom(state, catalog), state, catalog);
  if (direction !== "rollback" || free === undefined) return { backupsBeside: false };
  const backupsBeside = database !== undefined && (await liesOn(database.backups, disks));
  const images = missing.flatMap((service) => {
    const image = imageOf(target.services[service]);
    return image === undefined ? [] : [{ service, image }];
  });
  if (images.length === 0) return { backupsBeside };
  const { spaceNeeded } = await import("../disk/spaceNeeded");
  const pull = await limit.for<ImageSpace | { unknown: string }>(
    spaceNeeded(images, free, engine, limit.signal).catch((error: unknown) => ({
      unknown: messageOf(error),
    })),
    { unknown: limit.text },
  );
  return { pull, backupsBeside };
}

async function liesOn(folder: string, disks: readonly HostDisk[]): Promise<boolean> {
  const { deviceOf } = await import("../disk/filesystem");
  const device = await deviceOf(folder);
  return disks.some(({ of, filesystem }) => of.includes("engine") && filesystem.device === device);
}

async function onThem(
  request: DiskRequest,
  of: ReadonlySet<DiskHost>,
  state: StackState,
  limit: TimeLimit,
): Promise<Pick<DiskEvidence, "use" | "removable">> {
  const [{ diskUse }, { findRemovable }] = await Promise.all([
    import("../disk/diskUse"),
    import("../disk/findRemovable"),
  ]);
  const asked = {
    engine: of.has("engine") ? { host: request.engine } : undefined,
    database: of.has("database") ? request.database?.url : undefined,
    signal: limit.signal,
  };
  const [use, removable] = await Promise.all([
    limit.for<readonly string[]>(diskUse(asked), []),
    of.has("engine")
      ? limit.for<Removable | { unknown: string }>(
          findRemovable(request, state, limit.left(), limit.signal).catch((error: unknown) => ({
            unknown: messageOf(error),
          })),
          { unknown: limit.text },
        )
      : undefined,
  ]);
  return { use, ...(removable && { removable }) };
}

function withoutSecrets(url: string | undefined): (disk: UnknownDisk) => UnknownDisk {
  return (disk) => (url === undefined ? disk : { ...disk, why: withoutPassword(disk.why, url) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
