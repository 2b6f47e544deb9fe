import { readdirSync } from "node:fs";
import { join } from "node:path";
import { reclaimType } from "../../components/reclaim";
import { memoryFrom } from "../../history/quarantine";
import type { StackState } from "../../history/stackState";
import type { Workspace } from "./workspace";

/** Lines of a listing. */
export function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}

/** The locks that an update holds, or that a killed one has left. */
export function locks(workspace: Workspace): string[] {
  try {
    return readdirSync(join(workspace.folder, ".pulumi", "locks"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Names of this workspace's networks or volumes, without the prefix. */
export async function namesOf(workspace: Workspace, kind: "network" | "volume"): Promise<string[]> {
  const listing = await workspace.docker(
    kind,
    "ls",
    "--format",
    "{{.Name}}",
    "--filter",
    `name=^${workspace.prefix}`,
  );
  return lines(listing.stdout)
    .map((name) => name.slice(workspace.prefix.length + 1))
    .sort();
}

export async function databaseExists(workspace: Workspace): Promise<boolean> {
  try {
    await workspace.query("SELECT 1");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "3D000") return false;
    throw error;
  }
}

/** Applied versions, tables with their columns, and the rows that the first migration wrote. */
export async function databaseState(workspace: Workspace): Promise<unknown> {
  const columns = await workspace.query<{ at: string }>(
    "SELECT table_name || '.' || column_name AS at FROM information_schema.columns WHERE table_schema = 'public' ORDER BY at",
  );
  const versions = await workspace.query<{ version: string }>(
    "SELECT version FROM schema_migrations ORDER BY version",
  );
  const orders = await workspace.query<{ id: number }>("SELECT id FROM orders ORDER BY id");
  return {
    columns: columns.map(({ at }) => at),
    versions: versions.map(({ version }) => version),
    orders: orders.map(({ id }) => id),
  };
}

/**
 * All that a stack comes down to in the world and in its state, without what differs from run to run (ids, times, the
 * workspace's own prefix): two stacks that were brought to the same release by different ways are deeply equal.
 * @param stack its containers' names begin with the prefix and this
 */
export async function endState(workspace: Workspace, stack: string): Promise<unknown> {
  const { prefix } = workspace;
  const [containers, state, networks, volumes, database] = await Promise.all([
    workspace.containers(),
    workspace.state(stack),
    namesOf(workspace, "network"),
    namesOf(workspace, "volume"),
    databaseState(workspace),
  ]);
  const ids = new Set(state.resources.map(({ id }) => id));
  return {
    networks,
    volumes,
    database,
    resources: resourcesIn(state),
    outputs: outputsIn(state),
    quarantined: memoryFrom(state).bad.map(({ tag, failedAt, rolledBackAt }) => [
      tag,
      failedAt !== undefined,
      rolledBackAt !== undefined,
    ]),
    containers: Object.fromEntries(
      Object.entries(containers)
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([name, { Id, Config, State, HostConfig, NetworkSettings, Mounts }]) => [
          name,
          {
            inState: ids.has(Id),
            image: Config.Image,
            labels: Config.Labels,
            env: Config.Env.map((variable) => variable.split("=")[0]).sort(),
            running: State.Running,
            restart: HostConfig.RestartPolicy,
            published: Object.keys(HostConfig.PortBindings ?? {}),
            networks: Object.keys(NetworkSettings.Networks).map((network) => network.replace(prefix, "")),
            mounts: Mounts.map(({ Name = "", Destination }) => [Name.replace(prefix, ""), Destination]),
          },
        ]),
    ),
  };
}

/** Types and names, each as often as it is held; what removes a killed update's containers is there after a kill only. */
function resourcesIn({ resources, replaced = [] }: StackState): string[] {
  return [...resources.map(({ urn }) => urn), ...replaced.map(({ urn }) => `${urn}, to be removed`)]
    .filter((urn) => !urn.includes(reclaimType))
    .sort();
}

/** The stack's outputs, without times and without what was advised before the last `up`. */
function outputsIn({ resources }: StackState): unknown {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs = (stack?.outputs ?? {}) as {
    knownGood?: { tag: string }[];
    schema?: object;
    backup?: { head?: string | null; tables?: number; rows?: number } | string;
  } & Record<string, unknown>;
  const { knownGood = [], gates = {}, commandGates = {}, backup, schema, card, ...others } = outputs;
  return {
    ...others,
    // It names ports of its own, and is a secret.
    card: card !== undefined,
    schema: schema && { ...schema, advice: undefined },
    knownGood: knownGood.map(({ tag }) => tag),
    gates: Object.keys(gates as object).sort(),
    commandGates: Object.keys(commandGates as object).sort(),
    backup:
      typeof backup === "object" ? { head: backup.head, tables: backup.tables, rows: backup.rows } : backup,
  };
}
