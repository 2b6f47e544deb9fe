import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findProgram, tryCommand } from "./commands";
import { createBridge, bridgeName } from "./network";
import { startDetached, untilReady } from "./processes";
import { writeRecord, type MachineRecord } from "./record";

/** Debian's packages that a private engine needs. */
export const enginePackages = ["docker.io", "iptables", "iproute2"];

const engineProgramsNeeded = [
  "dockerd",
  "containerd",
  "runc",
  "docker-init",
  "docker-proxy",
  "docker",
  "iptables",
  "ip",
];

/** Programs of a private engine that this machine lacks. */
export function missingEnginePrograms(find = findProgram): string[] {
  return engineProgramsNeeded.filter((program) => find(program) === undefined);
}

/** The version of the engine that the docker CLI reaches as it is set up (DOCKER_HOST, context), or undefined. */
export async function reachableEngine(): Promise<string | undefined> {
  if (findProgram("docker") === undefined) return undefined;
  const result = await tryCommand(["docker", "version", "--format", "{{.Server.Version}}"], { timeout: 10 });
  return result.code === 0 ? result.stdout.trim() : undefined;
}

/** The cgroup that holds all containers of a private engine. */
export const cgroupOf = (record: MachineRecord) => `/knowngood-${basename(record.runFolder)}`;

/** The engine's address, as DOCKER_HOST takes it. */
export const engineHost = (record: MachineRecord) => `unix://${join(record.runFolder, "docker.sock")}`;

/**
 * Starts a Docker engine of our own, with its own containerd, folders, sockets and bridge. It leaves firewall and
 * forwarding alone: ports are published by Docker's own proxy process, so that no rule of a running engine is met.
 * @throws with the end of its log when it doesn't come up
 */
export async function startEngine(record: MachineRecord): Promise<void> {
  const { folder, runFolder } = record;
  const logs = join(folder, "logs");
  for (const made of [join(folder, "docker"), join(folder, "containerd"), join(runFolder, "exec")]) {
    mkdirSync(made, { recursive: true });
  }
  record.network = await createBridge(Math.random());
  writeRecord(record);

  const containerdConfig = join(runFolder, "containerd.toml");
  const containerdSocket = join(runFolder, "containerd.sock");
  writeFileSync(containerdConfig, containerdSettings(record, containerdSocket));
  const containerdLog = join(logs, "containerd.log");
  record.containerd = await startDetached(["containerd", "--config", containerdConfig], {
    log: containerdLog,
  });
  writeRecord(record);
  await untilReady(
    "containerd",
    record.containerd,
    async () =>
      (await tryCommand(["ctr", "--address", containerdSocket, "version"], { timeout: 5 })).code === 0,
    { within: 30, log: containerdLog },
  );

  const dockerdConfig = join(runFolder, "dockerd.json");
  const version = (await tryCommand(["dockerd", "--version"])).stdout;
  writeFileSync(dockerdConfig, JSON.stringify(dockerdSettings(record, version)));
  const dockerdLog = join(logs, "dockerd.log");
  record.dockerd = await startDetached(
    [
      "dockerd",
      ...["--config-file", dockerdConfig],
      ...["--host", engineHost(record)],
      ...["--containerd", containerdSocket],
      ...["--data-root", join(folder, "docker")],
      ...["--exec-root", join(runFolder, "exec")],
      ...["--pidfile", join(runFolder, "dockerd.pid")],
      ...["--group", "root"],
      ...["--bridge", bridgeName(record.network)],
      ...["--default-address-pool", `base=10.${record.network}.128.0/17,size=24`],
      ...["--iptables=false", "--ip-forward=false", "--ip-masq=false"],
      ...["--cgroup-parent", cgroupOf(record)],
      ...["--exec-opt", "native.cgroupdriver=cgroupfs"],
      ...["--log-level", "warn"],
    ],
    { log: dockerdLog },
  );
  writeRecord(record);
  await untilReady(
    "The private Docker engine",
    record.dockerd,
    async () =>
      (await tryCommand(["docker", "--host", engineHost(record), "version"], { timeout: 5 })).code === 0,
    { within: 60, log: dockerdLog },
  );
}

function containerdSettings(record: MachineRecord, socket: string): string {
  return `version = 2
root = "${join(record.folder, "containerd")}"
state = "${join(record.runFolder, "containerd")}"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${socket}"
[debug]
  level = "warn"
`;
}

/** Settings that have no flag. Engines before 23 write a key to the system's folder unless told another place. */
export function dockerdSettings(record: MachineRecord, version: string): Record<string, unknown> {
  const major = Number(/version (\d+)/.exec(version)?.[1] ?? "0");
  return major < 23 ? { "deprecated-key-path": join(record.runFolder, "key.json") } : {};
}
