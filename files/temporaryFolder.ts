import {
  appendFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beginningOf, isAlive } from "../records/liveProcess";

/** What temporary folders are for; also part of their names. */
const kinds = ["drill", "move", "preview", "refresh", "scratch", "up"] as const;

/** A line for each process that uses the folder. */
const usersFile = ".knowngood-users";

const named = new RegExp(`^knowngood-(${kinds.join("|")})-`);

/** A process that uses a folder, as one line of its file says it. */
interface User {
  machine: string;
  pid: number;
  beginning?: number;
}

/**
 * A folder for files that this process and those that it starts need for a while. Who makes it removes it; where that
 * process is killed, the next one that makes such a folder does.
 * @param place @default the system's folder for temporary files
 */
export async function temporaryFolder(
  kind: (typeof kinds)[number],
  place: string = tmpdir(),
): Promise<string> {
  removeLeftFolders(place);
  const folder = await mkdtemp(join(place, `knowngood-${kind}-`));
  noteUser(folder, process.pid);
  return folder;
}

/**
 * Keeps a temporary folder as long as another process runs, too, such as one that goes on where this one is killed.
 * Other folders are left as they are.
 */
export function alsoUsedBy(pid: number, folders: readonly string[]): void {
  for (const folder of folders) if (existsSync(join(folder, usersFile))) noteUser(folder, pid);
}

/** Removes what processes of this user and machine have left that are all gone. It never fails. */
export function removeLeftFolders(place: string): void {
  for (const name of namesIn(place)) {
    if (!named.test(name)) continue;
    const folder = join(place, name);
    try {
      if (isOurs(folder) && isLeft(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else removes it just now, or nobody knows whose it is.
    }
  }
}

/** A link of another user's could lead anywhere. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid?.();
}

function isLeft(folder: string): boolean {
  const here = machine();
  return readFileSync(join(folder, usersFile), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as User)
    .every((user) => user.machine === here && !isAlive(user.pid, user.beginning));
}

function noteUser(folder: string, pid: number): void {
  const beginning = beginningOf(pid);
  const user: User = { machine: machine(), pid, ...(beginning !== undefined && { beginning }) };
  appendFileSync(join(folder, usersFile), `${JSON.stringify(user)}\n`, { mode: 0o600 });
}

/**
 * What the numbers of processes hold for: containers that share a folder each count their own, and a machine counts anew
 * once it has been started again.
 */
function machine(): string {
  const boot = told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const numbers = told(() => readlinkSync("/proc/self/ns/pid"));
  return [hostname(), boot, numbers].join(" ");
}

/** Not every system has /proc. */
function told(say: () => string): string {
  try {
    return say();
  } catch {
    return "";
  }
}

function namesIn(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    return [];
  }
}
