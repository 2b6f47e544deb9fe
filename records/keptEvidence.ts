import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileName } from "../gates/failureRecord";
import type { Release } from "../catalog/release";
import { writeWhole } from "../files/writeWhole.cjs";
import type { ServiceEvidence } from "./evidence";

/** What ran before an `up`, as it is kept beside the record. */
export interface Evidence {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  /** ISO 8601, UTC. */
  takenAt: string;
  services: readonly ServiceEvidence[];
  /** The reports of the gates that passed last, by resource. */
  gates: Readonly<Record<string, unknown>>;
  /** What CI said of the releases that ran, by tag. */
  ci: Readonly<Record<string, NonNullable<Release["ci"]>>>;
}

/** Within the folder of records. */
const folderName = "evidence";

/**
 * Keeps evidence in a folder of its own: `evidence.json`, and a log for each service. The newest of the stack stay.
 * @param kept how many there are of the stack at most, this one among them
 * @returns the folder
 * @throws what the file system says
 */
export function keepEvidence(records: string, evidence: Evidence, kept: number): string {
  const own = join(records, folderName, fileName(evidence.stack));
  const folder = join(own, evidence.takenAt.replace(/[-:]/g, ""));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const services = evidence.services.map(({ log, ...service }) => {
    if (log === undefined) return service;
    const file = `${fileName(service.service)}.log`;
    writeWhole(join(folder, file), log.map((line) => `${line}\n`).join(""), { private: true });
    return { ...service, log: file, logLines: log.length };
  });
  writeWhole(join(folder, "evidence.json"), `${JSON.stringify({ ...evidence, services }, undefined, 2)}\n`, {
    private: true,
  });
  for (const old of readdirSync(own).sort().slice(0, -kept)) {
    rmSync(join(own, old), { recursive: true, force: true });
  }
  return folder;
}

/** The newest log of a service that was kept before an `up`, where there is one. */
export function newestKeptLog(records: string, stack: string, service: string): string | undefined {
  const own = join(records, folderName, fileName(stack));
  if (!existsSync(own)) return undefined;
  return readdirSync(own)
    .sort()
    .reverse()
    .map((time) => join(own, time, `${fileName(service)}.log`))
    .find((file) => existsSync(file));
}

/** Takes evidence away again, of what then did not change. @throws what the file system says */
export function dropEvidence(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
