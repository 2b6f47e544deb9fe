import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { compareTexts } from "../../catalog/consistency";
import { capturedText, sha256Of, type CapturedWay, type SqlOrigin } from "../../catalog/capturedSql";
import type { ShippedMigration } from "../../catalog/migrationFolder";
import { migrationSections } from "../../catalog/migrationSections";
import type { Violation } from "../../settings/violations";
import type { FolderContents, FolderEntry } from "./tool";

/** How much of a file is looked at to tell whose it is. */
const headBytes = 65_536;

/** Folders that hold other people's code. */
const foreignFolders = new Set(["node_modules", "__pycache__", "venv", "env", "vendor", "site-packages"]);

/** What a folder holds, by name; or that it can't be read. Entries whose names begin with a dot are left out. */
export function entriesOf(folder: string): FolderEntry[] | Violation {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith("."))
      .sort((a, b) => compareTexts(a.name, b.name))
      .map((entry) => {
        const isFolder = entry.isDirectory();
        return { name: entry.name, isFolder, text: () => (isFolder ? "" : headOf(join(folder, entry.name))) };
      });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? "no such folder" : (error as Error).message;
    return { where: folder, found, expected: "name the folder of the migrations" };
  }
}

/** Paths of all files below a folder, as seen from it; other people's code and hidden folders are left out. */
export function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const walk = (below: string) => {
    const entries = entriesOf(join(folder, below));
    if ("where" in entries) return;
    for (const { name, isFolder } of entries) {
      if (!isFolder) files.push(join(below, name));
      else if (!foreignFolders.has(name)) walk(join(below, name));
    }
  };
  walk("");
  return files;
}

function headOf(file: string): string {
  try {
    const handle = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(headBytes);
      return buffer.subarray(0, readSync(handle, buffer, 0, headBytes, 0)).toString("utf8");
    } finally {
      closeSync(handle);
    }
  } catch {
    return "";
  }
}

/** A file of migrations; or why it can't be read. */
export function readSource(file: string): { file: string; bytes: Buffer; text: string } | Violation {
  try {
    const bytes = readFileSync(file);
    return { file, bytes, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const expected = "make it a file in UTF-8 that can be read";
    return { where: file, found: (error as Error).message, expected };
  }
}

/** A migration of another tool as the catalog takes it. */
export function shipped(
  file: string,
  name: string,
  origin: SqlOrigin,
  up: CapturedWay,
  down?: CapturedWay,
): ShippedMigration {
  return shippedText(file, origin.version, name, capturedText(origin, up, down), down);
}

/** The same from what the catalog holds already. */
export function shippedText(
  file: string,
  version: string,
  name: string,
  text: string,
  down: Pick<CapturedWay, "unread"> | undefined,
): ShippedMigration {
  const sql = Buffer.from(text, "utf8");
  return {
    migration: { version, name: migrationName(name), sha256: sha256Of(sql) },
    file,
    sql,
    hasDown: down !== undefined && migrationSections(version, text).down !== undefined,
  };
}

/** A name that the catalog takes: it becomes part of a file's name. */
function migrationName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[.-]+/, "");
  return name === "" ? "migration" : name;
}

/** PostgreSQL refuses these within a transaction, and tools that send a file as it is run them outside of one. */
export function needsNoTransaction(sql: string): boolean {
  return /\b(concurrently|vacuum)\b|\b(create|drop)\s+database\b|^\s*(begin|start\s+transaction|commit)\s*;/im.test(
    sql.replace(/--[^\n]*/g, ""),
  );
}

/** What a folder without one usable migration comes to. */
export function nothingFound(folder: string, wanted: string): FolderContents {
  const expected = `name the folder of ${wanted}; without migrations leave --migrations out`;
  return { migrations: [], violations: [{ where: folder, found: "no migration", expected }], told: [] };
}

/** Versions that more than one file has. */
export function repeated(migrations: readonly ShippedMigration[]): Violation[] {
  const first = new Map<string, string>();
  return migrations.flatMap(({ file, migration: { version } }) => {
    const other = first.get(version);
    if (other === undefined) {
      first.set(version, file);
      return [];
    }
    const expected = "give each migration a version of its own";
    return [{ where: file, found: `version ${version}, which ${other} has too`, expected }];
  });
}
