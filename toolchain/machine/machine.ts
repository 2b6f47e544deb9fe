import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { cleanUp, cleanUpAbandoned } from "./cleanup";
import { engineHost, reachableEngine } from "./engine";
import { startParts, type MachinePart } from "./parts";
import { applicationRole, socketFolderOf } from "./postgres";
import { createRecord, writeRecord } from "./record";

export type { MachinePart } from "./parts";

export interface MachineOptions {
  /** Private folder of this run; made when missing. An abandoned run found there is cleaned up first. */
  folder: string;
  need: readonly MachinePart[];
  /**
   * `any` uses an engine that answers and starts a private one only where there is none; `private` always starts one.
   * Default `any`.
   */
  engine?: "any" | "private";
  /** Receives each step: what is done, how long it usually takes, how long it took. */
  say: (line: string) => void;
  /** On Ctrl-C or SIGTERM, also while starting: stop the machine, then end this program. Default false. */
  stopOnSignals?: boolean;
}

/** Engine, registry and database for a demo, a test or a bench. A part that wasn't asked for has empty values. */
export interface Machine {
  docker: {
    /** Value for DOCKER_HOST; undefined where the docker CLI's own default reaches the engine. */
    host: string | undefined;
    /** Whether the engine was started for this run. */
    private: boolean;
    describe: string;
  };
  registry: {
    /** `localhost:PORT` */
    address: string;
  };
  postgres: {
    /** A database's address for the application role, by Unix socket. */
    url: (database: string) => string;
    /** To be mounted into containers at the same path. */
    socketFolder: string;
    user: string;
    password: string;
    /** The administrator's address, database `postgres`. */
    adminUrl: string;
  };
  /** Ends all that was started and removes its folders. May be called again. */
  stop: () => Promise<void>;
  /** Lets the machine outlive this program; `stop`, or a later start in the same folder, still ends it. */
  keep: () => void;
}

/**
 * Makes engine, registry and PostgreSQL ready: what the machine already has is used and left as it is, the rest is
 * started privately, installing Debian's packages where needed and allowed.
 * @throws when a part can't be had, naming the ways out; all that was started by then is stopped
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { need, say } = options;
  const folder = resolve(options.folder);
  await cleanUpAbandoned(folder, say);
  mkdirSync(join(folder, "logs"), { recursive: true });
  const record = createRecord(folder, randomBytes(4).toString("hex"));
  const passwords = { administrator: newPassword(), application: newPassword() };
  let stopped: Promise<void> | undefined;
  let starting: Promise<unknown> = Promise.resolve();
  let ignoreSignals = () => {};
  const stop = () => (stopped ??= cleanUp(record).finally(() => ignoreSignals()));
  if (options.stopOnSignals) ignoreSignals = onSignals(() => starting, stop);

  try {
    const useAny = need.includes("docker") && options.engine !== "private";
    const engine = useAny ? await reachableEngine() : undefined;
    if (useAny && engine === undefined && process.env.DOCKER_HOST) {
      throw new Error(
        `No engine answers at DOCKER_HOST=${process.env.DOCKER_HOST}: start it, or unset DOCKER_HOST.`,
      );
    }
    const ownEngine = need.includes("docker") && engine === undefined;
    const parts = startParts(record, need, engine !== undefined, passwords, say);
    starting = parts;
    const port = await parts;
    const socketFolder = socketFolderOf(record);
    const url = (role: string, password: string, database: string) =>
      `postgres://${role}:${password}@/${database}?host=${encodeURIComponent(socketFolder)}`;
    return {
      docker: {
        host: ownEngine ? engineHost(record) : process.env.DOCKER_HOST,
        private: ownEngine,
        describe: ownEngine ? "private Docker engine" : `this machine's Docker engine ${engine ?? ""}`.trim(),
      },
      registry: { address: port !== undefined ? `localhost:${port}` : "" },
      postgres: {
        url: (database) => url(applicationRole, passwords.application, database),
        socketFolder,
        user: applicationRole,
        password: passwords.application,
        adminUrl: url("postgres", passwords.administrator, "postgres"),
      },
      stop,
      keep: () => {
        ignoreSignals();
        delete record.owner;
        writeRecord(record);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * On Ctrl-C or SIGTERM: waits until what is being started is up or has failed, stops it and ends this program.
 * @returns takes the handlers away
 */
function onSignals(started: () => Promise<unknown>, stop: () => Promise<void>): () => void {
  const handlers = (["SIGINT", "SIGTERM"] as const).map((signal) => {
    const handler = () => {
      void started()
        .catch(() => {})
        .then(stop)
        .finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => handlers.forEach((takeAway) => takeAway());
}

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}
