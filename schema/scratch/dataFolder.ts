import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { appendFile, cp, mkdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot } from "../../files/cacheRoot.cjs";
import { removeLeftFolders, temporaryFolder } from "../../files/temporaryFolder";
import { onSignal } from "./onSignal";

/** The memory that PGlite needs grows with its buffers, and nothing that is lost in a crash is missed. */
const settings = `
shared_buffers = 16MB
wal_buffers = 64kB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_stack_depth = 1MB
`;

/** Last file that is written into a folder, so that half a folder is told from a whole one. */
const seal = "knowngood-complete";

/** A copy of the empty cluster, and what tells the kept one from any that takes its place. */
export interface DataFolder {
  folder: string;
  original: number;
  /** Takes the copy away, which the end of this process by a signal or by itself does, too. */
  remove: () => Promise<void>;
}

/**
 * A copy of an empty cluster in a folder of its own, in memory where there is room.
 * The first one on a machine takes some 4 s and is kept in the user's cache; a copy takes 0.05 s.
 */
export async function newDataFolder(): Promise<DataFolder> {
  const place = await roomyFolder();
  // There may have been no room in memory for the one that was left.
  if (place !== tmpdir()) removeLeftFolders(tmpdir());
  for (let tries = 1; ; tries += 1) {
    const original = await emptyCluster();
    const folder = await temporaryFolder("scratch", place);
    const remove = removal(folder);
    try {
      const { ino } = await stat(original);
      await cp(original, folder, { recursive: true });
      return { folder, original: ino, remove };
    } catch (error) {
      await remove();
      // Another process found the kept one broken, and took it away in the middle of the copy.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 3) throw error;
    }
  }
}

/** Copies that are in use. */
const copies = new Set<string>();

function removal(folder: string): () => Promise<void> {
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    settle();
    copies.delete(folder);
    if (copies.size === 0) process.off("exit", removeCopies);
  };
  const settle = onSignal(remove);
  if (copies.size === 0) process.on("exit", removeCopies);
  copies.add(folder);
  return remove;
}

/** A command that ends while a trial goes on waits for nobody: what was copied would stay in memory. */
function removeCopies(): void {
  for (const folder of copies) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // The trial writes there still; the next process that makes a copy takes it away.
    }
  }
}

/**
 * Forgets the kept cluster that a copy did not start from; the next copy is made from a new one.
 * One that another process made since is left alone: others may be copying it.
 */
export async function forgetEmptyCluster({ original }: DataFolder): Promise<void> {
  const kept = await stat(clusterFolder()).catch(() => undefined);
  if (kept?.ino === original) await takeAway();
}

async function emptyCluster(): Promise<string> {
  const folder = clusterFolder();
  if (await isWhole()) return folder;
  const unfinished = aside();
  try {
    await mkdir(cacheRoot(), { recursive: true });
    await initialise(unfinished);
    for (let tries = 1; ; tries += 1) {
      try {
        await rename(unfinished, folder);
        return folder;
      } catch (error) {
        // Another process was faster; its cluster is as good.
        if (await isWhole()) return folder;
        if (tries === 3) throw error;
        await takeAway();
      }
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function isWhole(): Promise<boolean> {
  return (await readFile(join(clusterFolder(), seal), "utf8").catch(() => "")) === settings;
}

/** At once, so that nobody copies the half of it that is not removed yet. */
async function takeAway(): Promise<void> {
  const removed = aside();
  await rename(clusterFolder(), removed).catch(() => undefined);
  await rm(removed, { recursive: true, force: true });
}

function aside(): string {
  return `${clusterFolder()}.${process.pid}.${randomBytes(4).toString("hex")}`;
}

/** In a process of its own, whose memory (770 MB) is given back. */
async function initialise(folder: string): Promise<void> {
  const script = `require(${JSON.stringify(require.resolve("@electric-sql/pglite"))})
    .PGlite.create({ dataDir: ${JSON.stringify(folder)} }).then((database) => database.close())`;
  await promisify(execFile)(process.execPath, ["-e", script], {
    timeout: 120_000,
    env: { PATH: process.env.PATH },
  });
  await appendFile(join(folder, "postgresql.conf"), settings);
  await appendFile(join(folder, seal), settings);
}

function clusterFolder(): string {
  const kind = createHash("sha256").update(settings).digest("hex").slice(0, 8);
  return join(cacheRoot(), `pglite-${pgliteVersion()}-${kind}`);
}

function pgliteVersion(): string {
  // Its package.json is not among its exports.
  const file = join(require.resolve("@electric-sql/pglite"), "../../package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Memory beats a disk, as long as it holds a schema of some thousand tables (8 kB a file). */
async function roomyFolder(): Promise<string> {
  const memory = "/dev/shm";
  try {
    const { bavail, bsize } = await statfs(memory);
    return bavail * bsize > 1_000_000_000 ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}
