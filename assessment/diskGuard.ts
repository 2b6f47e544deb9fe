import { sizeText } from "../backups/space";
import { usedPercent } from "../disk/filesystem";
import { removeCommand } from "../disk/removable";
import type { Direction } from "../history/running";
import type { BackupPlan } from "./backupPlan";
import { freeOnEngine, type DiskEvidence, type DiskHost, type HostDisk } from "./diskEvidence";

export interface DiskQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Tag of the target. */
  target: string;
  direction: Direction;
  /** Undefined where the setting looks at no disk. */
  disk: DiskEvidence | undefined;
  /** Percentage used from which an `up` forward is refused. */
  limit: number;
  /** The backup that is made first; undefined for none. */
  backup: BackupPlan | undefined;
}

export interface DiskWord {
  warnings: readonly string[];
  refusals: readonly string[];
  /** How full the disks are, in a line; left out where nothing is known. */
  text?: string;
}

/**
 * A disk past its limit refuses the way forward and warns otherwise. A rollback is refused only where it can't fit; one
 * that may not is warned of. What nobody could say is a warning where a command was to tell it.
 */
export function diskGuard(question: DiskQuestion): DiskWord {
  const { direction, disk, limit } = question;
  if (disk === undefined) return { warnings: [], refusals: [] };
  const unconfirmed = disk.unknown
    .filter(({ asked }) => asked)
    .map(({ of, why }) => `Unconfirmed: how full the disk of ${hostName(of)} is (${why}).`);
  const room = littleRoom(question, disk);
  const toldOfRoom = (of: readonly DiskHost[]) =>
    direction !== "forward" && room !== undefined && of.includes("engine");
  const full = disk.disks.filter(({ of, filesystem }) => usedPercent(filesystem) >= limit && !toldOfRoom(of));
  const told = full.length === 0 ? [] : [fullText(full, question, disk)];
  const text = diskText(disk);
  const shown = text === undefined ? {} : { text };
  if (direction === "forward") return { ...shown, warnings: unconfirmed, refusals: told };
  const [refusals, little] =
    room === undefined ? [[], []] : room.certain ? [[room.text], []] : [[], [room.text]];
  return { ...shown, warnings: [...unconfirmed, ...told, ...little], refusals };
}

/** How full the disks are, in a line; undefined where nothing is known. */
function diskText({ disks, unknown }: DiskEvidence): string | undefined {
  if (disks.length === 0) return undefined;
  const known = disks.map(fullnessText);
  const quiet = unknown
    .filter(({ asked }) => !asked)
    .map(({ of }) => `not known of ${hostName(of)} (guards.disk.${of})`);
  return `disk: ${[...known, ...quiet].join("; ")}`;
}

/** `41 % used and 12.3 GB free on the Docker host` */
export function fullnessText({ of, filesystem }: HostDisk): string {
  return `${usedPercent(filesystem)} % used and ${sizeText(filesystem.free)} free on ${hostsName(of)}`;
}

function fullText(
  full: readonly HostDisk[],
  { stack, direction, limit }: DiskQuestion,
  disk: DiskEvidence,
): string {
  const most = Math.max(...full.map(({ filesystem }) => usedPercent(filesystem)));
  return [
    ...full.map(
      ({ of, filesystem }) =>
        `The disk of ${hostsName(of)} is ${usedPercent(filesystem)} % used, where guards.disk.limit is ${limit} %: ` +
        `${sizeText(filesystem.free)} are free on ${filesystem.name}.`,
    ),
    ...whatIsThere(stack, disk),
    ...(direction === "forward" && most < 100
      ? [`To go on all the same: pulumi config set --path guards.disk.limit ${most + 1} --stack ${stack}`]
      : []),
  ].join("\n");
}

/**
 * Why a rollback can't fit, or may not; undefined where nothing is known to speak against it. What the images take once
 * they are unpacked is an estimate, which refuses nothing.
 */
function littleRoom(
  { stack, target, backup }: DiskQuestion,
  disk: DiskEvidence,
): { text: string; certain: boolean } | undefined {
  const { pull, disks, backupsBeside } = disk;
  const free = freeOnEngine(disks);
  if (free === undefined || pull === undefined || "unknown" in pull) return undefined;
  // A backup is not begun where less is free than the last one took; one that is a precaution only is gone without.
  const backupBytes = backupsBeside && backup?.mayLose === true ? (backup.last?.bytes ?? 0) : 0;
  if (pull.usual + backupBytes <= free) return undefined;
  const names = disks.filter(({ of }) => of.includes("engine")).map(({ filesystem }) => filesystem.name);
  // Of several filesystems nobody says on which the images lie: a command may tell of all that a host has.
  const certain = pull.least + backupBytes > free && names.length === 1;
  const beside = backupBytes === 0 ? "" : `, beside a backup of ${sizeText(backupBytes)}`;
  const text = [
    `The images of ${target} ${certain ? "don't" : "may not"} fit on the disk of the Docker host: those that are not there ` +
      `take ${certain ? `${sizeText(pull.least)} at least` : `some ${sizeText(pull.usual)}`} to pull and unpack${beside}, ` +
      `and ${sizeText(free)} are free on ${names.join(", ")}.`,
    ...whatIsThere(stack, disk),
    `To see ${certain ? "for yourself" : "beforehand whether they fit"}; once they are there, nothing more is needed:`,
    ...pull.references.map((reference) => `  docker pull ${reference}`),
  ].join("\n");
  return { text, certain };
}

function whatIsThere(stack: string, { use, removable }: DiskEvidence): string[] {
  return [
    ...(use.length === 0 ? [] : ["On it:", ...use.map((line) => `  ${line}`)]),
    ...whatCouldGo(stack, removable),
  ];
}

/** Images that are named in one command; the command line tells all. */
const namedAtMost = 20;

function whatCouldGo(stack: string, removable: DiskEvidence["removable"]): string[] {
  if (removable === undefined) return [];
  const all = `npx knowngood removable --stack ${stack}`;
  if ("unknown" in removable)
    return [`Which images could go can't be told (${removable.unknown}). To ask again: ${all}`];
  const { images, leftOut } = removable;
  if (images.length === 0)
    return [
      leftOut.length === 0
        ? "None of this stack's images could go. What else is there: docker system df --verbose"
        : `None of this stack's images could surely go; why: ${all}`,
    ];
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  const count = images.length === 1 ? "An image" : `${images.length} images`;
  const shown = images.slice(0, namedAtMost);
  const more = images.length > shown.length || leftOut.length > 0 ? `; all of it: ${all}` : "";
  return [
    `${count} of this stack that nothing needs (${sizeText(bytes)} at most, since layers can be shared${more}):`,
    `  ${removeCommand(shown)}`,
  ];
}

export function hostName(of: DiskHost): string {
  return of === "engine" ? "the Docker host" : "the database's host";
}

function hostsName(of: readonly DiskHost[]): string {
  return of.length > 1 ? "the Docker host and the database" : hostName(of[0] ?? "engine");
}
