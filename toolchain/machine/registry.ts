import { createServer, type AddressInfo } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, startDetached, untilReady } from "./processes";
import { writeRecord, type MachineRecord } from "./record";

/** Debian's package of the registry. */
export const registryPackages = ["docker-registry"];

/** A TCP port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Starts a registry on a free port of 127.0.0.1. @returns its port @throws with the end of its log */
export async function startRegistry(record: MachineRecord, program: string): Promise<number> {
  const storage = join(record.folder, "registry");
  mkdirSync(storage, { recursive: true });
  const log = join(record.folder, "logs", "registry.log");
  // Another program may take the port between looking and listening.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const config = join(record.runFolder, "registry.yml");
    writeFileSync(config, registrySettings(storage, port));
    record.registry = await startDetached([program, "serve", config], {
      log,
      environment: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
    });
    writeRecord(record);
    try {
      await untilReady("The registry", record.registry, () => answers(port), { within: 20, log });
      return port;
    } catch (error) {
      if (attempt === 3 || isRunning(record.registry)) throw error;
    }
  }
}

/** Whether a registry answers on a port of 127.0.0.1. */
export async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/v2/`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

function registrySettings(storage: string, port: number): string {
  return `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: ${JSON.stringify(storage)}}
  delete: {enabled: true}
http: {addr: "127.0.0.1:${port}"}
`;
}
