import { engineInfo } from "../assessment/engineQueries";
import { sizeText } from "../backups/space";
import { askDiskCommand } from "../disk/diskCommand";
import { engineDisk } from "../disk/engineDisk";
import { filesystemOf, usedPercent, type Filesystem } from "../disk/filesystem";
import type { Check } from "./check";
import { reasonOf, type Finding } from "./finding";
import { usesEngine } from "./usesEngine";

/** What `guards.disk.limit` is where no stack is known. */
const usualLimit = 80;

/** How full the disks of this folder and of the Docker engine are. */
export const disks: Check = {
  name: "Disk",
  look: async ({ folder, stack, limit }) => {
    const settings = await stack.then(
      ({ settings }) => settings,
      () => undefined,
    );
    const { limit: most = usualLimit, engine } = settings?.guards.disk ?? {};
    const [own, ofEngine] = await Promise.all([
      filesystemOf(folder),
      engine === undefined
        ? settings !== undefined && !usesEngine(settings)
          ? []
          : ofHost(settings?.docker.host, limit.signal)
        : askDiskCommand(engine, limit.signal).catch(reasonOf),
    ]);
    return [judgeDisk("Disk of this folder", own, most), ...judgeEngineDisks(ofEngine, most)];
  },
};

/** @returns why it is not known, where it is not */
async function ofHost(host: string | undefined, signal: AbortSignal): Promise<Filesystem[] | string> {
  try {
    const info = await engineInfo(host, signal).catch(() => undefined);
    if (info === undefined) return "the Docker engine does not answer";
    return await engineDisk(host, () => Promise.resolve([]), signal, Promise.resolve(info));
  } catch {
    return "it is on another machine; a preview asks it in a container of the stack";
  }
}

function judgeEngineDisks(found: readonly Filesystem[] | string, most: number): Finding[] {
  const check = "Disk of the Docker engine";
  if (typeof found === "string") return [{ check, outcome: "not asked", found }];
  return found.map((one) => judgeDisk(check, one, most));
}

/** @param most percent from which an `up` forward is refused; 0 for never */
export function judgeDisk(check: string, filesystem: Filesystem, most: number): Finding {
  const percent = usedPercent(filesystem);
  const found = `${percent} % used, ${sizeText(filesystem.free)} free on ${filesystem.name}`;
  if (most === 0 || percent < most) return { check, outcome: "ok", found };
  return {
    check,
    outcome: "warning",
    found: `${found}, where the limit is ${most} %`,
    get: "npx knowngood removable   # names images that nothing needs",
  };
}
