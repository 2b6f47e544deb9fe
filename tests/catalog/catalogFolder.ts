import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Migration, Release } from "../../catalog/release";
import { releaseText } from "../../catalog/releaseFile";

/** A private folder of one test; removed by `remove`. */
export interface TestFolder {
  path: string;
  /** Writes a file below it, with the folders that lead to it. */
  write(file: string, content: string | Buffer): void;
  remove(): void;
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "knowngood-catalog-"));
  return {
    path,
    write(file, content) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), content);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A digest that stands for a text. */
export function digest(text: string): string {
  return `sha256:${sha256(text)}`;
}

/** A migration and its SQL, which adds a column. */
export function migrationOf(version: string, name: string): { migration: Migration; sql: string } {
  const sql = `-- migrate:up\nALTER TABLE orders ADD COLUMN ${name} text;\n\n-- migrate:down\nALTER TABLE orders DROP COLUMN ${name};\n`;
  return { migration: { version, name, sha256: sha256(sql) }, sql };
}

export const first = migrationOf("20260101000000", "email");
export const second = migrationOf("20260201000000", "phone");
export const third = migrationOf("20260301000000", "address");

/** A well-made release, with what a test wants otherwise. */
export function releaseOf(tag: string, order: number, changes: Partial<Release> = {}): Release {
  return {
    tag,
    time: `2026-01-01T00:00:${String(order % 60).padStart(2, "0")}.000Z`,
    order,
    services: { api: { repository: "localhost:5000/shop/api", digest: digest(`api ${tag}`) } },
    migrations: [],
    flags: [],
    ...changes,
  };
}

/** Writes releases and the SQL of the sample migrations into `releases/`. */
export function writeCatalog(folder: TestFolder, releases: readonly Release[]): void {
  for (const { migration, sql } of [first, second, third])
    folder.write(`releases/migrations/${migration.sha256}.sql`, sql);
  for (const release of releases) folder.write(`releases/${release.tag}.yaml`, releaseText(release));
}
