import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export type ShopRelease = "v1" | "v2" | "v3" | "v4" | "v5";
export type ShopService = "api" | "worker" | "web";

export interface ServiceContent {
  /** The release that the image was first built for, which it says of itself. */
  release: ShopRelease;
  /** The image's files by their names below /app, each bundled from a source file of this folder. */
  files: Record<string, string>;
}

export interface ReleaseContent {
  /** What this release is in the demo's story. */
  story: string;
  services: Record<ShopService, ServiceContent>;
  /** Files of `migrations/`, oldest first. */
  migrations: readonly string[];
}

const createOrders = "20260105090000_create_orders.sql";
const addNote = "20260212090000_add_order_note.sql";
const renameAmount = "20260320090000_rename_amount_to_total_cents.sql";
const dropAmount = "20260501090000_drop_amount.sql";

const api = (release: ShopRelease): ServiceContent => ({
  release,
  files: { "main.js": `api/${release}.ts` },
});
const worker = (release: ShopRelease): ServiceContent => ({
  release,
  files: { "main.js": `worker/${release}.ts`, "check.js": "worker/check.ts" },
});
// The same in every release, so that an unchanged service is seen to stay untouched.
const web: ServiceContent = { release: "v1", files: { "main.js": "web/web.ts" } };

/** The shop's releases, oldest first. */
export const shopReleases: Record<ShopRelease, ReleaseContent> = {
  v1: {
    story: "the first release",
    services: { api: api("v1"), worker: worker("v1"), web },
    migrations: [createOrders],
  },
  v2: {
    story: "orders have a note: one added column",
    services: { api: api("v2"), worker: worker("v2"), web },
    migrations: [createOrders, addNote],
  },
  v3: {
    story: "a renamed column, and an api that reads one that does not exist",
    services: { api: api("v3"), worker: worker("v3"), web },
    migrations: [createOrders, addNote, renameAmount],
  },
  v4: {
    story: "an api that never starts",
    services: { api: api("v4"), worker: worker("v3"), web },
    migrations: [createOrders, addNote, renameAmount],
  },
  v5: {
    story: "the renamed column's old name goes",
    services: { api: api("v5"), worker: worker("v3"), web },
    migrations: [createOrders, addNote, renameAmount, dropAmount],
  },
};

/** Copies the migrations that a release ships into a folder, which is made when missing. */
export function writeMigrations(release: ShopRelease, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of shopReleases[release].migrations) {
    copyFileSync(join(__dirname, "migrations", file), join(folder, file));
  }
}
