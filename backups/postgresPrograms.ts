import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { dockerEnvironment } from "../gates/engine";

/** The two programs that a backup needs, of one version: the words with which each begins. */
export interface PostgresPrograms {
  dump: readonly string[];
  restore: readonly string[];
  /** All that they get of this process's environment, which can hold secrets. */
  environment: NodeJS.ProcessEnv;
}

export interface WherePrograms {
  /** Image that has them, where this machine does not. @default none */
  image?: string;
  /** Engine that runs it. @default what `docker` itself would use */
  dockerHost?: string;
  /** Folders that are searched first. @default those of the usual packages for that version */
  folders?: readonly string[];
  /** The value of PATH, searched after these. @default that of this process */
  path?: string;
}

/** Where packages of a server put the programs of one major version. */
const packageFolders = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/opt/homebrew/opt/postgresql@${major}/bin`,
  `/usr/local/opt/postgresql@${major}/bin`,
];

/**
 * Finds `pg_dump` and `pg_restore` of the server's own major version: an older one refuses the server, and what a newer
 * one writes, the server's own can't always read. A container of the image is used where this machine has none.
 * @param address of the database, without password: a container has to reach its socket, too
 * @throws Error that says what to install
 */
export async function findPostgresPrograms(
  major: number,
  address: string,
  { image, dockerHost, folders = packageFolders(major), path = process.env.PATH ?? "" }: WherePrograms = {},
): Promise<PostgresPrograms> {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
  for (const folder of [...folders, ...path.split(delimiter).filter((one) => one !== "")]) {
    const [dump, restore] = [join(folder, "pg_dump"), join(folder, "pg_restore")];
    if ((await majorOf([dump], environment)) === major && (await majorOf([restore], environment)) === major)
      return { dump: [dump], restore: [restore], environment };
  }
  const none = `No pg_dump and pg_restore of PostgreSQL ${major}, the server's own version, were found`;
  if (image === undefined)
    throw new Error(
      `${none}. Install them (Debian: apt-get install postgresql-client-${major}), or name an image that has them: ` +
        `pulumi config set --path database.backup.image postgres:${major}`,
    );
  const programs = inContainer(image, socketFolder(address), dockerHost);
  const found = await majorOf(programs.dump, programs.environment, containerSeconds);
  if (found === major) return programs;
  throw new Error(
    `${none}, and ${
      found === undefined
        ? `the image ${image} can't be run for them (docker run --rm ${image} pg_dump --version)`
        : `those of the image ${image} are of ${found}`
    }. Name one that has them: pulumi config set --path database.backup.image postgres:${major}`,
  );
}

/** Seconds that a container may take to tell its version, its image pulled. */
const containerSeconds = 120;

/** On the host's own network, where the database's address means the same; the password goes by the environment. */
function inContainer(
  image: string,
  socket: string | undefined,
  dockerHost: string | undefined,
): PostgresPrograms {
  const mount = socket === undefined ? [] : ["--volume", `${socket}:${socket}`];
  const run = (program: string) => [
    ...["docker", "run", "--rm", "--interactive", "--network", "host"],
    ...["--env", "PGPASSWORD", "--env", "PGAPPNAME", ...mount, "--entrypoint", program, image],
  ];
  return {
    dump: run("pg_dump"),
    restore: run("pg_restore"),
    environment: dockerEnvironment(process.env, dockerHost),
  };
}

/** The folder of the Unix socket that an address names. */
function socketFolder(address: string): string | undefined {
  const named =
    /[?&]host=([^&]*)/.exec(address)?.[1] ?? /^[a-z]+:\/\/(?:[^@/?#]*@)?(%2F[^:/?#]*)/i.exec(address)?.[1];
  const folder = named === undefined ? undefined : decodeURIComponent(named);
  return folder?.startsWith("/") === true ? folder : undefined;
}

/** The major version that a program tells; undefined where it is not there, or tells none. */
async function majorOf(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  seconds = 5,
): Promise<number | undefined> {
  const [program = "", ...args] = words;
  if (program.startsWith("/") && !(await isThere(program))) return undefined;
  return new Promise((resolve) => {
    const options = { timeout: seconds * 1000, env: environment };
    execFile(program, [...args, "--version"], options, (error, stdout) => {
      const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
      resolve(error === null && major !== undefined ? Number(major) : undefined);
    });
  });
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
