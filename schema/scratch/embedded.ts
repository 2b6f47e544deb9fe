import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { Client } from "pg";
import { forgetEmptyCluster, newDataFolder, type DataFolder } from "./dataFolder";
import { overClient, sessionSettings, type ScratchDatabase } from "./scratchDatabase";
import { WorkerStream } from "./workerStream";
import { onSignal } from "./onSignal";

/** Seconds that PGlite may take to start. It takes some 0.3. */
const startSeconds = 20;

/**
 * An empty database in this process, in a thread of its own; 0.4 s and some 150 MB, given back by `close`.
 * @param extensions names as CREATE EXTENSION writes them, all of which `embeddedExtension` knows
 * @throws Error when PGlite does not start
 */
export async function openEmbedded(extensions: readonly string[]): Promise<ScratchDatabase> {
  const data = await newDataFolder();
  try {
    return await openOn(data, extensions);
  } catch {
    await forgetEmptyCluster(data);
    return openOn(await newDataFolder(), extensions);
  }
}

/** The module of PGlite that carries an extension; undefined for one that it hasn't, or has built in. */
export function embeddedExtension(name: string): string | undefined {
  const module = name.replaceAll("-", "_");
  try {
    require.resolve(`@electric-sql/pglite/contrib/${module}`);
    return module;
  } catch {
    return undefined;
  }
}

async function openOn(data: DataFolder, extensions: readonly string[]): Promise<ScratchDatabase> {
  const wasm = await program().catch(async (error: unknown) => {
    await data.remove();
    throw error;
  });
  const worker = new Worker(join(__dirname, "embeddedWorker.cjs"), {
    workerData: {
      folder: data.folder,
      program: wasm,
      extensions: extensions.flatMap((name) => embeddedExtension(name) ?? []),
    },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const end = async () => {
    await worker.terminate();
    await data.remove();
    settle();
  };
  const settle = onSignal(end);
  try {
    await started(worker);
    const client = new Client({
      stream: () => new WorkerStream(worker),
      user: "postgres",
      database: "postgres",
    });
    // What the client tells of a connection that ended is told by the query that fails.
    client.on("error", () => undefined);
    await client.connect();
    await client.query(sessionSettings);
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    return {
      ...overClient(client),
      server: `PGlite (PostgreSQL ${rows[0]?.server_version ?? ""})`,
      shared: false,
      rolesBefore: [],
      ownRoles: new Set(),
      interrupt: () => void worker.terminate(),
      close: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Node has it, and its types lack it. */
const { compile } = (
  globalThis as unknown as { WebAssembly: { compile: (bytes: Uint8Array) => Promise<WebAssembly.Module> } }
).WebAssembly;

let compiled: Promise<WebAssembly.Module> | undefined;

/** PGlite's program, compiled once for all threads. */
function program(): Promise<WebAssembly.Module> {
  const file = join(dirname(require.resolve("@electric-sql/pglite")), "pglite.wasm");
  compiled ??= readFile(file).then((bytes) => compile(bytes));
  return compiled;
}

/** @throws Error when the thread ends before it is ready, or takes too long */
function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`PGlite did not start within ${startSeconds} s`)),
      startSeconds * 1000,
    );
    const settle = (outcome: () => void) => {
      clearTimeout(late);
      outcome();
    };
    worker.once("message", () => settle(resolve));
    worker.once("error", (error) => settle(() => reject(error)));
    worker.once("exit", (code) => settle(() => reject(new Error(`PGlite ended with ${code} as it started`))));
  });
}
