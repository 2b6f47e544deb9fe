import { freePorts } from "./freePorts";
import type { ReleasedImage } from "../../catalog/build";
import { answering, servicePort, working } from "./images";
import type { TestMigration, Workspace } from "./workspace";

/** The images of two releases; the worker is the same in both. */
export interface TwoReleasesImages {
  api1: ReleasedImage;
  api2: ReleasedImage;
  worker: ReleasedImage;
}

export async function buildImages(workspace: Workspace): Promise<TwoReleasesImages> {
  const [api1, api2, worker] = await Promise.all([
    answering(workspace, "api", "v1"),
    answering(workspace, "api", "v2"),
    working(workspace, "worker", "v1"),
  ]);
  return { api1, api2, worker };
}

export const migrations = {
  first: {
    version: "20260101000000",
    name: "create_orders",
    up: "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1), (2);",
    down: "DROP TABLE orders;",
  },
  second: {
    version: "20260102000000",
    name: "add_note",
    up: "ALTER TABLE orders ADD COLUMN note text;",
    down: "ALTER TABLE orders DROP COLUMN note;",
  },
} satisfies Record<string, TestMigration>;

export interface TwoReleasesOptions {
  images?: TwoReleasesImages;
  /** Seconds that a migration takes. @default as long as it takes */
  slow?: { first?: number; second?: number };
  /** The database's address. @default the workspace's own; `false` for a stack without one */
  database?: string | false;
  /** More settings of the stack. */
  settings?: Record<string, unknown>;
}

/**
 * A stack at v1, not yet up: an api with a port, a worker, a data volume and a database. v2 changes the api and adds a
 * migration.
 * @returns the api's port on this machine
 */
export async function twoReleases(
  workspace: Workspace,
  stack: string,
  { images, slow, database = workspace.databaseUrl, settings }: TwoReleasesOptions = {},
): Promise<number> {
  const [port = 0] = await freePorts(1);
  const { api1, api2, worker } = images ?? (await buildImages(workspace));
  const first = slowed(migrations.first, slow?.first);
  const second = slowed(migrations.second, slow?.second);
  workspace.release("v1", { services: { api: api1, worker }, migrations: [first] });
  workspace.release("v2", { services: { api: api2, worker }, migrations: [first, second] });
  await workspace.stack(stack, {
    imageTag: "v1",
    volumes: { data: {} },
    ...(database !== false && { database: {} }),
    services: {
      api: {
        ports: [{ container: servicePort, host: port }],
        volumes: [{ volume: "data", container: "/data" }],
        health: { path: "/health", within: 20 },
      },
      worker: { kind: "worker", health: { within: 20 } },
    },
    ...settings,
  });
  if (database !== false) await workspace.secret(stack, "databaseUrl", database);
  return port;
}

function slowed(migration: TestMigration, seconds: number | undefined): TestMigration {
  return seconds === undefined
    ? migration
    : { ...migration, up: `${migration.up} SELECT pg_sleep(${seconds});` };
}

/** What an api of these releases answers at its health address. */
export async function answerOf(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(5000) })).text();
}
