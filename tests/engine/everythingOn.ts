import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { migrations, type TwoReleasesImages } from "./twoReleases";
import type { TestMigration, Workspace } from "./workspace";
import type { ReleasedImage } from "../../catalog/build";

/** The images of three releases; the worker is the same in all of them. */
export interface ThreeReleasesImages extends TwoReleasesImages {
  api3: ReleasedImage;
}

const third: TestMigration = {
  version: "20260103000000",
  name: "add_paid",
  up: "ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT false;",
  down: "ALTER TABLE orders DROP COLUMN paid;",
};

/** What an operator sets for the next `up`, in the order of a stack's life. */
export const chapters = [
  { name: "a first up", tag: "v1", settings: { imageTag: "v1" } },
  { name: "an up forward, with a migration", tag: "v2", settings: { imageTag: "v2" } },
  { name: "a rollback, the schema left ahead", tag: "v1", settings: { imageTag: "v1" } },
  { name: "a step-down", tag: "v1", settings: { stepDown: migrations.second.version } },
  { name: "an up forward to a third release, with two migrations", tag: "v3", settings: { imageTag: "v3" } },
] as const;

/** Appends what it was run for to a file in the project's folder. */
const noted = (word: string) => ["sh", "-c", `echo "${word} $KNOWNGOOD_TO" >> ran.log`];

/** A stack with all that an `up` can do for one: hooks, a gate of its own, backups, secrets, volumes, a database. */
export async function everythingOn(
  workspace: Workspace,
  stack: string,
  { api1, api2, api3, worker }: ThreeReleasesImages,
): Promise<void> {
  const [port = 0] = await freePorts(1);
  const { first, second } = migrations;
  workspace.release("v1", { services: { api: api1, worker }, migrations: [first] });
  workspace.release("v2", { services: { api: api2, worker }, migrations: [first, second] });
  workspace.release("v3", { services: { api: api3, worker }, migrations: [first, second, third] });
  await workspace.stack(stack, {
    volumes: { data: {} },
    database: { backup: { when: "always" } },
    hooks: {
      before: [{ name: "drain", command: noted("drain") }],
      after: [{ name: "open", command: noted("open") }],
    },
    gates: { commands: { smoke: { command: noted("smoke") } } },
    services: {
      api: {
        ports: [{ container: servicePort, host: port }],
        volumes: [{ volume: "data", container: "/data" }],
        env: { LEVEL: "info" },
        secrets: { TOKEN: "token" },
        health: { path: "/health", within: 60, successes: 1 },
      },
      worker: { kind: "worker", health: { within: 60, successes: 1 } },
    },
  });
  await workspace.secret(stack, "databaseUrl", workspace.databaseUrl);
  await workspace.secret(stack, "token", "a service's secret");
  appendFileSync(join(workspace.folder, "ran.log"), "");
}

/** Which commands of the user's have run, for which release, after so many lines. */
export function commandsRun(workspace: Workspace, from = 0): string[] {
  return linesOf(join(workspace.folder, "ran.log")).slice(from);
}

/** The lines of the record file; none before the first. */
export function recordsOf(workspace: Workspace): ReleaseRecord[] {
  return linesOf(join(workspace.folder, ".knowngood", "records.jsonl")).map(
    (line) => JSON.parse(line) as ReleaseRecord,
  );
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
