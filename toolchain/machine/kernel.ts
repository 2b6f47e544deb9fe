import { existsSync, readFileSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { tryCommand } from "./commands";
import { endProcess, identityOf } from "./processes";

const cgroupRoot = "/sys/fs/cgroup";

/** Ends all processes of a cgroup, in every hierarchy that has it, and removes it. */
export async function endCgroup(name: string): Promise<void> {
  const hierarchies = existsSync(cgroupRoot) ? ["", ...readdirSync(cgroupRoot)] : [];
  const folders = hierarchies
    .map((hierarchy) => join(cgroupRoot, hierarchy, name))
    .filter((folder) => existsSync(folder));
  for (const folder of folders.flatMap(withFoldersBelow)) {
    const processes = processesOf(folder).flatMap((pid) => identityOf(pid) ?? []);
    await Promise.all(processes.map((process) => endProcess(process, [])));
    try {
      rmdirSync(folder);
    } catch {
      // An empty cgroup that the kernel still holds uses nothing and goes with the next restart.
    }
  }
}

/** Deepest first, as they must be removed. */
function withFoldersBelow(folder: string): string[] {
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap((entry) => withFoldersBelow(join(folder, entry.name))), folder];
}

function processesOf(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The mount points below some folders, innermost first, from the text of `/proc/self/mountinfo`. */
export function mountPointsBelow(folders: readonly string[], mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((point) => folders.some((folder) => point.startsWith(`${folder}/`)))
    .reverse();
}

/** Unmounts all that is mounted below some folders. */
export async function unmountBelow(folders: readonly string[]): Promise<void> {
  if (!existsSync("/proc/self/mountinfo")) return;
  for (const point of mountPointsBelow(folders, readFileSync("/proc/self/mountinfo", "utf8"))) {
    await tryCommand(["umount", "--lazy", point]);
  }
}
