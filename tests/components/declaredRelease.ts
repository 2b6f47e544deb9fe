import * as pulumi from "@pulumi/pulumi";
import type { Assessment } from "../../assessment/assessment";
import type { Release as CatalogRelease } from "../../catalog/release";
import { Release, type ReleaseArgs } from "../../components/release";
import { settingsOf } from "../settings/stack";
import { types, type World } from "./world";

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export const target: CatalogRelease = {
  tag: "v2",
  time: "2026-02-01T00:00:00.000Z",
  order: 2,
  services: {
    api: { repository: "ghcr.io/acme/api", digest: digest("b") },
    worker: { repository: "ghcr.io/acme/worker", digest: digest("c") },
    unused: { repository: "ghcr.io/acme/unused", digest: digest("d") },
  },
  migrations: [{ version: "1", name: "m1", sha256: "1".repeat(64) }],
  flags: [],
};

export const settings = {
  imageTag: "v2",
  services: {
    api: {
      ports: [{ container: 80, host: 8080 }],
      env: { MODE: "fast" },
      secrets: { TOKEN: "apiToken" },
      volumes: [{ volume: "uploads", container: "/data" }],
      networks: ["shared"],
      health: { path: "/health", within: 60, secretHeaders: { Authorization: "healthToken" } },
    },
    worker: { kind: "worker" },
  },
  volumes: { uploads: {} },
};
const secrets = { apiToken: "hunter2", healthToken: "hunter3", databaseUrl: "hunter4" };

/** The api moves from v1 to v2, the worker stays what it was created as in v0. */
export const assessment: Assessment = {
  target,
  running: { services: [], tag: "v1" },
  direction: "forward",
  services: [
    {
      service: "api",
      from: { tag: "v1", digest: digest("a"), createdAs: "v1" },
      to: { tag: "v2", digest: digest("b") },
    },
    {
      service: "worker",
      from: { tag: "v1", digest: digest("c"), createdAs: "v0" },
      to: { tag: "v2", digest: digest("c") },
    },
  ],
  schema: undefined,
  quarantine: { memory: { bad: [] }, left: [] },
  knownGood: [{ tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" }],
  lastKnownGood: { tag: "v1", passedAt: "2026-01-01T00:00:00.000Z" },
  warnings: [],
  refusals: [],
};
export const schema = { pending: target.migrations, gap: [], head: "1", applied: [], recorded: undefined };

export function args(more: Record<string, unknown> = {}, own: Partial<ReleaseArgs> = {}): ReleaseArgs {
  return {
    stack: "shop/prod",
    prefix: "shop-prod",
    settings: settingsOf({ ...settings, ...more }, secrets),
    assessment,
    secret: (name) => pulumi.secret(secrets[name as keyof typeof secrets]),
    commandsTo: (tag) => [`pulumi config set imageTag ${tag}`, "pulumi up"],
    ...own,
  };
}

export const withDatabase = () => args({ database: {} }, { assessment: { ...assessment, schema } });

/** A Release in a test's world, and what it is made of. */
export function lookingAt(world: () => World) {
  const check = (service: string) => world().one(types.command, `release-${service}-health-check`);
  return {
    declare: (given: ReleaseArgs) => world().declare(() => new Release("release", given)),
    container: (service: string) => world().one(types.container, `release-${service}-container`),
    image: (service: string) => world().one(types.image, `release-${service}-image`),
    check,
    requestOf: (service: string) =>
      JSON.parse(String(check(service).inputs.stdin)) as Record<string, unknown>,
  };
}
