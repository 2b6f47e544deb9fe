import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { toolNames } from "../migrations/tools/tool";

/** What is kept beside a backup: what it is of, and how to tell that it is whole. */
const recordSchema = z.object({
  format: z.literal("knowngood backup 1"),
  stack: z.string(),
  /** `host:port/database`. */
  database: z.string(),
  /** The server's major version. */
  server: z.number(),
  head: z.string().nullable(),
  /** Versions that were applied, oldest first. */
  applied: z.array(z.string()),
  /** The table that they stand in. */
  table: z.string(),
  /** The tool whose table it is; undefined for dbmate. */
  tool: z.enum(toolNames).optional(),
  madeAt: z.string(),
  seconds: z.number(),
  /** Undefined where the user's own command made it, which says itself where it is. */
  dump: z
    .object({ bytes: z.number(), sha256: z.string(), rows: z.record(z.string(), z.number()) })
    .optional(),
  place: z.string().optional(),
});

export type BackupRecord = z.output<typeof recordSchema>;

export const recordFormat = "knowngood backup 1";

/** A backup in a folder. */
export interface KeptBackup {
  /** Of its files, without extension. */
  name: string;
  record: BackupRecord;
  /** Whether its file is there and of the size that it had; true of one that lies elsewhere. */
  whole: boolean;
}

/** What a dump is called while it is written: whatever has this name is no backup. */
export const unfinishedExtension = ".dump.unfinished";

/** The backup's name: the stack, its newest migration, and when. */
export function backupName(stack: string, head: string | undefined, now: Date): string {
  return `${namePart(stack)}-${namePart(head ?? "empty")}-${now.toISOString().replace(/[:.]/g, "-")}`;
}

/** Whether a file is what a killed run left of this stack's backup; `shop/prod-eu` is another stack than `shop/prod`. */
export function isUnfinishedOf(stack: string, file: string): boolean {
  if (!file.startsWith(`${namePart(stack)}-`)) return false;
  return /^[\w.]+-\d{4}-\d\d-\d\dT[\d-]+Z\.dump\.unfinished$/.test(file.slice(namePart(stack).length + 1));
}

function namePart(text: string): string {
  return text.replace(/[^\w.-]/g, "-");
}

export function dumpFile(folder: string, name: string): string {
  return join(folder, `${name}.dump`);
}

export function recordFile(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}

/** The record of a backup; undefined where there is none, or it is none of ours. */
export async function readRecord(file: string): Promise<BackupRecord | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** The backups that a folder holds, newest first. What has no record of ours is not among them. */
export async function keptBackups(folder: string, stack?: string): Promise<KeptBackup[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -5));
  const found = await Promise.all(names.map((name) => readKept(folder, name)));
  return found
    .flatMap((kept) =>
      kept === undefined || (stack !== undefined && kept.record.stack !== stack) ? [] : [kept],
    )
    .sort((one, other) => (one.record.madeAt < other.record.madeAt ? 1 : -1));
}

async function readKept(folder: string, name: string): Promise<KeptBackup | undefined> {
  const record = await readRecord(recordFile(folder, name));
  if (record === undefined) return undefined;
  const { dump } = record;
  const found = await stat(dumpFile(folder, name)).catch(() => undefined);
  return { name, record, whole: dump === undefined || found?.size === dump.bytes };
}
