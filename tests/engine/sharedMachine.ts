import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMachine, type Machine } from "../../toolchain/machine/machine";

/** What the tests need to know of the machine that all of them share; it crosses process borders as JSON. */
export interface SharedMachine {
  dockerHost: string | undefined;
  registry: string;
  socketFolder: string;
  /** A database's address for the application role, with `DATABASE` for its name. */
  urlTemplate: string;
  adminUrl: string;
}

const variable = "KNOWNGOOD_TEST_MACHINE";
let machine: Machine | undefined;
let folder: string | undefined;

/** Runs once, in mocha's main process, before any file is loaded in a worker. */
export async function mochaGlobalSetup(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "knowngood-tests-"));
  machine = await startMachine({
    folder,
    need: ["docker", "registry", "postgres"],
    say: (line) => process.stdout.write(`  ${line}\n`),
  });
  const shared: SharedMachine = {
    dockerHost: machine.docker.host,
    registry: machine.registry.address,
    socketFolder: machine.postgres.socketFolder,
    urlTemplate: machine.postgres.url("DATABASE"),
    adminUrl: machine.postgres.adminUrl,
  };
  process.env[variable] = JSON.stringify(shared);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await machine?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** @throws Error when the suite was started without the machine: skipping would hide that nothing was tested */
export function sharedMachine(): SharedMachine {
  const text = process.env[variable];
  if (text === undefined)
    throw new Error("No machine: run the engine tests by `npm test` or `npm run test:engine`.");
  return JSON.parse(text) as SharedMachine;
}
