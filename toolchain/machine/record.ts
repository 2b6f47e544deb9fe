import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../files/writeWhole.cjs";
import { identityOf, isRunning, type ProcessIdentity } from "./processes";

/** What a run has started, written before and after each start so that a killed run can be cleaned up. */
export interface MachineRecord {
  /** The caller's folder: data of engine and registry, logs. */
  folder: string;
  /** Short folder for sockets, whose paths may have 107 characters at most. */
  runFolder: string;
  /** The program that this machine belongs to; absent once it is kept beyond its owner. */
  owner?: ProcessIdentity;
  containerd?: ProcessIdentity;
  dockerd?: ProcessIdentity;
  registry?: ProcessIdentity;
  postgres?: ProcessIdentity;
  /** Number of the private engine's networks: 10.N.0.0/16 behind bridge kgN. */
  network?: number;
  /** Containers on a user's own engine that stand in for programs this machine lacks. */
  containers: string[];
}

const prefix = "kg-";
const runFolderRoot = () => (tmpdir().length <= 20 ? tmpdir() : "/tmp");

/** Makes the short folder of a run. Other users may pass through it: PostgreSQL doesn't run as root. */
export function createRecord(folder: string, random: string): MachineRecord {
  const runFolder = join(runFolderRoot(), `${prefix}${random}`);
  mkdirSync(runFolder, { mode: 0o711 });
  const record = { folder, runFolder, owner: identityOf(process.pid), containers: [] };
  writeRecord(record);
  return record;
}

export function writeRecord(record: MachineRecord): void {
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  writeWhole(join(record.runFolder, "machine.json"), text, { private: true });
}

/** The records of this user's runs that still lie about. */
export function readRecords(): MachineRecord[] {
  const root = runFolderRoot();
  return readdirSync(root)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const file = join(root, name, "machine.json");
      try {
        if (statSync(file).uid !== process.getuid?.()) return [];
        return [JSON.parse(readFileSync(file, "utf8")) as MachineRecord];
      } catch {
        return [];
      }
    });
}

/** Whether a run's owner has died without cleaning up; a machine that is kept on purpose has no owner. */
export function isAbandoned(record: MachineRecord): boolean {
  return record.owner !== undefined && !isRunning(record.owner);
}
