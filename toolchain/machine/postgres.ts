import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, tryCommand } from "./commands";
import { startDetached, untilReady } from "./processes";
import { writeRecord, type MachineRecord } from "./record";

/** Debian's package of the server. */
export const postgresPackages = ["postgresql"];

/** The role that the shop's services use; it may make databases. */
export const applicationRole = "shop";

const packageFolder = "/usr/lib/postgresql";

/** The folder of the newest installed PostgreSQL server's programs, or undefined. */
export function postgresPrograms(root = packageFolder): string | undefined {
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"))
    .find((bin) => existsSync(join(bin, "postgres")) && existsSync(join(bin, "initdb")));
}

/** The unprivileged user that the server runs as, since it refuses root; undefined to stay who we are. */
export function serverUser(
  uid = process.getuid?.(),
  passwd = readFileSync("/etc/passwd", "utf8"),
): { uid: number; gid: number } | undefined {
  if (uid !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const fields = passwd
      .split("\n")
      .map((line) => line.split(":"))
      .find((line) => line[0] === name);
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error(
    "PostgreSQL refuses to run as root and this machine has neither a user postgres nor nobody: add one.",
  );
}

export const socketFolderOf = (record: MachineRecord) => join(record.runFolder, "postgres");

/**
 * Starts a PostgreSQL cluster of our own that is reached by its Unix socket alone, with password authentication.
 * It is thrown away afterwards, so it doesn't wait for the disk (fsync off): not an example for production.
 * @throws with the end of its log when it doesn't come up
 */
export async function startPostgres(
  record: MachineRecord,
  programs: string,
  passwords: { administrator: string; application: string },
): Promise<void> {
  const user = serverUser();
  const sockets = socketFolderOf(record);
  // Beside the sockets, because the server's user may not be able to reach the caller's folder.
  const cluster = join(record.runFolder, "cluster");
  for (const [folder, mode] of [
    [sockets, 0o755],
    [cluster, 0o700],
  ] as const) {
    mkdirSync(folder, { mode });
    if (user) chownSync(folder, user.uid, user.gid);
  }
  const passwordFile = join(record.runFolder, "administrator.password");
  writeFileSync(passwordFile, passwords.administrator, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  await runCommand(
    [
      join(programs, "initdb"),
      ...["--pgdata", cluster, "--username", "postgres", "--pwfile", passwordFile],
      ...["--auth-local", "scram-sha-256", "--auth-host", "scram-sha-256"],
      ...["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"],
    ],
    { ...user },
  );
  rmSync(passwordFile);

  const log = join(record.folder, "logs", "postgres.log");
  const settings = {
    listen_addresses: "",
    unix_socket_directories: sockets,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "32MB",
    max_connections: "200",
    dynamic_shared_memory_type: "mmap",
    timezone: "UTC",
    log_timezone: "UTC",
  };
  record.postgres = await startDetached(
    [
      join(programs, "postgres"),
      ...["-D", cluster],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    { log, ...user },
  );
  writeRecord(record);
  const ready = [join(programs, "pg_isready"), "--host", sockets, "--quiet"] as const;
  await untilReady("PostgreSQL", record.postgres, async () => (await tryCommand(ready)).code === 0, {
    within: 30,
    log,
  });
  // By standard input: a password among the arguments could be read by every user of the machine.
  await runCommand(
    [join(programs, "psql"), "--host", sockets, "--username", "postgres", "--quiet", "-v", "ON_ERROR_STOP=1"],
    {
      environment: { PGPASSWORD: passwords.administrator },
      input: `CREATE ROLE ${applicationRole} LOGIN CREATEDB PASSWORD '${passwords.application}';\n`,
    },
  );
}
