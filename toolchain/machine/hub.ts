import { chmodSync, mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand, tryCommand } from "./commands";
import { applicationRole, socketFolderOf } from "./postgres";
import { answers, freePort } from "./registry";
import { writeRecord, type MachineRecord } from "./record";

const registryImage = "registry:2";
const postgresImage = "postgres:15-alpine";

/** Whether an image is on the user's engine, or an image hub answers and gives it. */
async function pulled(image: string): Promise<boolean> {
  if ((await tryCommand(["docker", "image", "inspect", image])).code === 0) return true;
  return (await tryCommand(["docker", "pull", "--quiet", image], { timeout: 180 })).code === 0;
}

async function start(
  record: MachineRecord,
  name: string,
  flags: readonly string[],
  environment = {},
): Promise<void> {
  const container = `${record.runFolder.split("/").at(-1)}-${name}`;
  record.containers.push(container);
  writeRecord(record);
  await runCommand(["docker", "run", "--detach", "--name", container, ...flags], { environment });
}

async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error(`${what} does not answer after 60 s: see \`docker ps -a\``);
    await sleep(100);
  }
}

/** Starts a registry from its hub image on the user's engine. @returns its port, or undefined without the image */
export async function startRegistryImage(record: MachineRecord): Promise<number | undefined> {
  if (!(await pulled(registryImage))) return undefined;
  const port = await freePort();
  await start(record, "registry", ["--publish", `127.0.0.1:${port}:5000`, registryImage]);
  await until("The registry", () => answers(port));
  return port;
}

/** Starts PostgreSQL from its hub image on the user's engine, by socket alone. @returns false without the image */
export async function startPostgresImage(
  record: MachineRecord,
  passwords: { administrator: string; application: string },
): Promise<boolean> {
  if (!(await pulled(postgresImage))) return false;
  const sockets = socketFolderOf(record);
  mkdirSync(sockets);
  // The server in the container makes its socket there under a user of its own.
  chmodSync(sockets, 0o777);
  const container = [
    "--env",
    "POSTGRES_PASSWORD",
    "--env",
    "POSTGRES_INITDB_ARGS",
    "--volume",
    `${sockets}:${sockets}`,
  ];
  const server = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${sockets}`, "-c", "fsync=off"];
  await start(record, "postgres", [...container, postgresImage, ...server], {
    POSTGRES_PASSWORD: passwords.administrator,
    POSTGRES_INITDB_ARGS: "--auth-local=scram-sha-256 --auth-host=scram-sha-256",
  });
  const name = record.containers.at(-1) ?? "";
  const psql = [
    "docker",
    "exec",
    "--interactive",
    "--env",
    "PGPASSWORD",
    name,
    "psql",
    "--host",
    sockets,
  ] as const;
  const environment = { PGPASSWORD: passwords.administrator };
  const sql = `CREATE ROLE ${applicationRole} LOGIN CREATEDB PASSWORD '${passwords.application}';\n`;
  await until(
    "PostgreSQL",
    async () =>
      (await tryCommand([...psql, "--username", "postgres"], { environment, input: sql })).code === 0,
  );
  return true;
}
