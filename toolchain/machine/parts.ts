import { canInstall, installPackages } from "./apt";
import { findProgram } from "./commands";
import { enginePackages, missingEnginePrograms, startEngine } from "./engine";
import { startPostgresImage, startRegistryImage } from "./hub";
import { postgresPackages, postgresPrograms, startPostgres } from "./postgres";
import type { MachineRecord } from "./record";
import { registryPackages, startRegistry } from "./registry";
import { step } from "./steps";

export type MachinePart = "docker" | "registry" | "postgres";

export interface Passwords {
  administrator: string;
  application: string;
}

/**
 * Starts what is needed and not there. A program of this machine comes first, then a hub image on an engine that
 * runs already, then Debian's package.
 * @param engineRuns whether an engine that isn't ours answers
 * @returns the registry's port, where one was asked for
 * @throws when a part can't be had, naming the ways out
 */
export async function startParts(
  record: MachineRecord,
  need: readonly MachinePart[],
  engineRuns: boolean,
  passwords: Passwords,
  say: (line: string) => void,
): Promise<number | undefined> {
  const lacksEngine = need.includes("docker") && !engineRuns;
  const lacksRegistry = need.includes("registry") && findProgram("docker-registry") === undefined;
  const lacksPostgres = need.includes("postgres") && postgresPrograms() === undefined;
  const fromImage = <T>(lacks: boolean, what: string, start: () => Promise<T>) =>
    lacks && engineRuns ? step(say, `look for a hub image of ${what}`, "10 s", start) : undefined;
  const registryPort = await fromImage(lacksRegistry, "the registry", () => startRegistryImage(record));
  const postgresRuns = await fromImage(lacksPostgres, "PostgreSQL", () =>
    startPostgresImage(record, passwords),
  );

  const packages = [
    ...(lacksEngine && missingEnginePrograms().length > 0 ? enginePackages : []),
    ...(lacksRegistry && registryPort === undefined ? registryPackages : []),
    ...(lacksPostgres && postgresRuns !== true ? postgresPackages : []),
  ];
  if (packages.length > 0) await install(packages, lacksEngine, say);

  const [port] = await allOrThrow(
    need.includes("registry") && registryPort === undefined
      ? step(say, "start a registry", "0.3 s", () => startRegistry(record, "docker-registry"))
      : Promise.resolve(registryPort),
    lacksEngine ? step(say, "start a private Docker engine", "2 s", () => startEngine(record)) : undefined,
    need.includes("postgres") && postgresRuns !== true
      ? step(say, "start PostgreSQL", "2 s", () => startPostgres(record, postgresPrograms() ?? "", passwords))
      : undefined,
  );
  return port;
}

async function install(
  packages: readonly string[],
  lacksEngine: boolean,
  say: (line: string) => void,
): Promise<void> {
  if (!canInstall()) {
    throw new Error(
      `This machine lacks what the packages ${packages.join(" ")} bring, and they can be installed only by root on Debian or Ubuntu.\n` +
        `Install them (\`sudo apt-get install ${packages.join(" ")}\`) or run as root` +
        (lacksEngine ? "; or start Docker, or set DOCKER_HOST to an engine that runs on this machine." : "."),
    );
  }
  await installPackages(packages, say);
  // Newer Debians ship the docker command apart from the engine.
  if (lacksEngine && missingEnginePrograms().includes("docker")) await installPackages(["docker-cli"], say);
  const missing = lacksEngine ? missingEnginePrograms() : [];
  if (missing.length > 0) {
    throw new Error(
      `The packages ${packages.join(" ")} are installed, but these programs are still missing: ${missing.join(", ")}.`,
    );
  }
}

/** Waits for all to end, so that the failure of one leaves no other half started behind. */
async function allOrThrow<T>(first: Promise<T>, ...others: (Promise<unknown> | undefined)[]): Promise<[T]> {
  const failed = (await Promise.allSettled([first, ...others])).flatMap((result) =>
    result.status === "rejected" ? [result.reason as Error] : [],
  );
  if (failed.length > 1) throw new AggregateError(failed, failed.map((error) => error.message).join("\n"));
  if (failed[0]) throw failed[0];
  return [await first];
}
