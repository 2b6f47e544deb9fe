import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import type { ShopService } from "../demo/shop/releases";

/** A service as the sample shop's stack file has it. */
export interface BenchService {
  kind?: "worker";
  cpus: number;
  memoryMiB: number;
  ports?: { container: number; host: number }[];
  env?: Record<string, string>;
  /** The variable, and the name of the secret setting. */
  secrets?: Record<string, string>;
  volumes?: { host: string; container: string }[];
  health: { path?: string; json?: Record<string, string>; exec?: string[] };
  stopGraceSeconds?: number;
}

export type BenchServices = Record<ShopService, BenchService>;

/** Where one of the two shops runs. */
export interface Place {
  /** What its containers' names begin with. */
  prefix: string;
  ports: { api: number; web: number };
  socketFolder: string;
  database: string;
}

/** knowngood's defaults, said to compose as well: the time in which a service must become healthy, and of one probe. */
const healthySeconds = 120;
const probeSeconds = 5;
/** Seconds between two of compose's probes. Its first comes after one such time, and its first success counts. */
const composeInterval = 0.5;
const graceSeconds = 10;

/** The demo's services, on ports, socket and database of the bench. */
export function benchServices(place: Place): BenchServices {
  const file = join(__dirname, "..", "Pulumi.prod.yaml");
  const { config } = load(readFileSync(file, "utf8")) as {
    config: { "knowngood:services": BenchServices };
  };
  const { api, worker, web } = config["knowngood:services"];
  const withDatabase = (service: BenchService): BenchService => ({
    ...service,
    env: {
      ...service.env,
      DATABASE_URL: `postgres://shop@/${place.database}?host=/var/run/postgresql`,
    },
    volumes: [{ host: place.socketFolder, container: "/var/run/postgresql" }],
  });
  const on = (service: BenchService, host: number): BenchService => ({
    ...service,
    ports: [{ container: 8080, host }],
  });
  return {
    api: on(withDatabase(api), place.ports.api),
    worker: withDatabase(worker),
    web: on(web, place.ports.web),
  };
}

/** The stack file: the services, the database, and health gates at their defaults. */
export function stackFile(place: Place, services: BenchServices): string {
  return dump({
    config: {
      "knowngood:docker": { prefix: place.prefix },
      "knowngood:services": services,
      "knowngood:database": { url: "databaseUrl" },
    },
  });
}

/** The same services for compose; images and secrets come from its `.env`, as `API_IMAGE` and the secret's name. */
export function composeFile(place: Place, services: BenchServices): string {
  return dump({
    name: place.prefix,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, composeService(name, service)]),
    ),
  });
}

function composeService(name: string, service: BenchService): Record<string, unknown> {
  const { cpus, memoryMiB, ports = [], env, secrets = {}, volumes = [], health, stopGraceSeconds } = service;
  return {
    image: `\${${imageVariable(name)}}`,
    restart: "unless-stopped",
    init: true,
    stop_signal: "SIGTERM",
    stop_grace_period: `${stopGraceSeconds ?? graceSeconds}s`,
    cpus,
    mem_limit: `${memoryMiB}m`,
    memswap_limit: `${2 * memoryMiB}m`,
    environment: {
      ...env,
      ...Object.fromEntries(Object.entries(secrets).map(([variable, secret]) => [variable, `\${${secret}}`])),
    },
    ports: ports.map(({ container, host }) => `127.0.0.1:${host}:${container}`),
    volumes: volumes.map(({ host, container }) => `${host}:${container}`),
    healthcheck: {
      test: ["CMD", ...(health.exec ?? askItself(ports[0]?.container, health.path))],
      interval: `${composeInterval}s`,
      timeout: `${probeSeconds}s`,
      retries: healthySeconds / composeInterval,
    },
  };
}

/** compose asks from inside the container. */
function askItself(port: number | undefined, path: string | undefined): string[] {
  return ["/bin/wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${port}${path}`];
}

/** The variable of compose's `.env` that holds a service's image. */
export function imageVariable(service: string): string {
  return `${service.toUpperCase()}_IMAGE`;
}
