import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { splitPassword } from "../migrations/password";
import type { PostgresPrograms } from "./postgresPrograms";

/** The name under which these programs' connections show in `pg_stat_activity`. */
export const backupConnectionName = "knowngood-backup";

export interface ProgramOptions {
  /** Of the database that it is for; the password goes by the environment, since a command line is open to everybody. */
  url?: string;
  /** Descriptor of the file that is its standard input. @default nothing */
  input?: number;
  /** Descriptor of the file that takes its standard output. @default it is handed to `read` */
  output?: number;
  /** Reads its standard output. @default its text is what comes back */
  read?: (stream: Readable) => Promise<unknown>;
  /** Seconds after which it is ended. @default as long as it takes */
  seconds?: number;
  /** The name of its connections. @default `backupConnectionName` */
  connectionName?: string;
}

/**
 * Runs one of PostgreSQL's programs to its end; SIGTERM and SIGINT to this process end it.
 * @param what fails then, such as `The backup failed`
 * @returns its standard output
 * @throws Error with what it said
 */
export async function runProgram(
  programs: PostgresPrograms,
  program: "dump" | "restore",
  args: readonly string[],
  what: string,
  options: ProgramOptions = {},
): Promise<string> {
  const { url, input, output, read, seconds, connectionName = backupConnectionName } = options;
  const { address, password } = url === undefined ? {} : splitPassword(url);
  const [command = "", ...words] = programs[program];
  const child = spawn(
    command,
    [...words, ...args, ...(address === undefined ? [] : ["--no-password", "--dbname", address])],
    {
      env: {
        ...programs.environment,
        PGAPPNAME: connectionName,
        ...(password !== undefined && { PGPASSWORD: password }),
      },
      stdio: [input ?? "ignore", output ?? "pipe", "pipe"],
      ...(seconds !== undefined && { timeout: seconds * 1000 }),
    },
  );
  const stop = () => child.kill("SIGTERM");
  process.on("SIGTERM", stop).on("SIGINT", stop);
  try {
    return await ended(child, what, read);
  } finally {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  }
}

async function ended(
  child: ChildProcess,
  what: string,
  read: ((stream: Readable) => Promise<unknown>) | undefined,
): Promise<string> {
  let text = "";
  let errors = "";
  child.stderr
    ?.setEncoding("utf8")
    .on("data", (piece: string) => (errors = `${errors}${piece}`.slice(-4000)));
  const reading =
    child.stdout === null || read === undefined
      ? undefined
      : read(child.stdout).then(
          () => undefined,
          (error: unknown) => error,
        );
  if (reading === undefined) child.stdout?.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  await new Promise<void>((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`${what}: ${error.message}`, { cause: error })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${what}: ${errors.trim() || `ended by ${signal ?? code}`}`));
    });
  });
  const problem = await reading;
  if (problem instanceof Error) throw problem;
  return text;
}
