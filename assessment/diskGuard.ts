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
 * A disk past its limit refuses the way forward and warns otherwise; one on which a rollback does not fit refuses that.
 * What nobody could say is a warning where a command was to tell it.
 */
export function diskGuard(question: DiskQuestion): DiskWord {
  const { direction, disk, limit } = question;
  if (disk === undefined) return { warnings: [], refusals: [] };
  const unconfirmed = disk.unknown
    .filter(({ asked }) => asked)
    .map(({ of, why }) => `Unconfirmed: how full the disk of ${hostName(of)} is (${why}).`);
  const tight = noRoom(question, disk);
  const full = disk.disks.filter(({ filesystem }) => usedPercent(filesystem) >= limit);
  const told = full.length === 0 ? [] : [fullText(full, question, disk)];
  const text = diskText(disk);
  return {
    ...(text !== undefined && { text }),
    ...(direction === "forward"
      ? { warnings: unconfirmed, refusals: told }
      : { warnings: [...unconfirmed, ...(tight === undefined ? told : [])], refusals: tight ?? [] }),
  };
}

/** How full the disks are, in a line; undefined where nothing is known. */
function diskText({ disks, unknown }: DiskEvidence): string | undefined {
  if (disks.length === 0) return undefined;
  const known = disks.map(
    ({ of, filesystem }) =>
      `${usedPercent(filesystem)} % used and ${sizeText(filesystem.free)} free on ${hostsName(of)}`,
  );
  const quiet = unknown
    .filter(({ asked }) => !asked)
    .map(({ of }) => `not known of ${hostName(of)} (guards.disk.${of})`);
  return `disk: ${[...known, ...quiet].join("; ")}`;
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

/** Why a rollback would end half-way for lack of space; undefined where nothing is known to speak against it. */
function noRoom({ stack, target, backup }: DiskQuestion, disk: DiskEvidence): string[] | undefined {
  const { pull, disks, backupsBeside } = disk;
  const free = freeOnEngine(disks);
  if (free === undefined || pull === undefined || "unknown" in pull) return undefined;
  // Where no data can be lost, the rollback goes on without a backup that can't be made.
  const backupBytes = backupsBeside && backup?.mayLose === true ? (backup.last?.bytes ?? 0) : 0;
  if (pull.bytes + backupBytes <= free) return undefined;
  const names = disks.filter(({ of }) => of.includes("engine")).map(({ filesystem }) => filesystem.name);
  const beside = backupBytes === 0 ? "" : `, beside a backup of ${sizeText(backupBytes)}`;
  return [
    [
      `The images of ${target} don't fit on the disk of the Docker host: those that are not there take ` +
        `${sizeText(pull.bytes)} to pull and unpack${beside}, and ${sizeText(free)} are free on ${names.join(", ")}.`,
      ...whatIsThere(stack, disk),
      "What they take is estimated. To see whether they fit; once they are there, nothing more is needed:",
      ...pull.references.map((reference) => `  docker pull ${reference}`),
    ].join("\n"),
  ];
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

function hostName(of: DiskHost): string {
  return of === "engine" ? "the Docker host" : "the database's host";
}

function hostsName(of: readonly DiskHost[]): string {
  return of.length > 1 ? "the Docker host and the database" : hostName(of[0] ?? "engine");
}
