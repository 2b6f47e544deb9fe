import { existsSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { tryCommand } from "./commands";
import { endCgroup, unmountBelow } from "./kernel";
import { cgroupOf, engineHost } from "./engine";
import { removeBridges } from "./network";
import { endProcess, isRunning, processesAt, type ProcessIdentity } from "./processes";
import { readRecords, isAbandoned, type MachineRecord } from "./record";

/** Ends everything that a record names and removes its folders. May be repeated; also works after a killed run. */
export async function cleanUp(record: MachineRecord): Promise<void> {
  await Promise.all([
    endEngine(record),
    end(record.registry, "SIGTERM", 3),
    // Fast shutdown first: it takes the shared memory with it.
    end(record.postgres, "SIGINT", 5),
    ...record.containers.map((container) => tryCommand(["docker", "rm", "--force", "--volumes", container])),
  ]);
  for (const made of ["docker", "containerd", "registry", "logs"]) remove(join(record.folder, made));
  remove(record.runFolder);
  if (existsSync(record.folder) && readdirSync(record.folder).length === 0) rmdirSync(record.folder);
}

/** Cleans up after this user's runs whose owner died, and after any earlier run in the given folder. */
export async function cleanUpAbandoned(folder: string, say: (line: string) => void): Promise<void> {
  for (const record of readRecords().filter((one) => isAbandoned(one) || one.folder === folder)) {
    if (record.owner !== undefined && isRunning(record.owner)) {
      throw new Error(
        `${folder} belongs to a run that still goes on (process ${record.owner.pid}): choose another folder.`,
      );
    }
    say(`cleaning up after an earlier run in ${record.folder}`);
    await cleanUp(record);
  }
}

async function end(
  process: ProcessIdentity | undefined,
  signal: NodeJS.Signals,
  grace: number,
): Promise<void> {
  if (process !== undefined) await endProcess(process, [{ signal, grace }]);
}

async function endEngine(record: MachineRecord): Promise<void> {
  if (record.network === undefined) return;
  if (record.dockerd !== undefined && isRunning(record.dockerd)) {
    const docker = ["docker", "--host", engineHost(record)] as const;
    const listed = await tryCommand([...docker, "ps", "--all", "--quiet", "--no-trunc"], { timeout: 10 });
    const containers = listed.stdout.split("\n").filter((id) => id !== "");
    if (containers.length > 0) await tryCommand([...docker, "rm", "--force", ...containers], { timeout: 30 });
    await endProcess(record.dockerd, [{ signal: "SIGTERM", grace: 15 }]);
  }
  const programs = ["dockerd", "containerd-shim-runc-v2", "containerd-shim", "containerd"];
  for (const left of processesAt(record.runFolder, programs)) {
    await endProcess(left, [{ signal: "SIGTERM", grace: 5 }]);
  }
  await endCgroup(cgroupOf(record));
  await unmountBelow([record.folder, record.runFolder]);
  await removeBridges(record.network);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
