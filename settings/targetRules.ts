import { fieldsOf, type Complain } from "./asWritten";

/** Ways of running services. */
export const targetNames = ["docker", "compose", "systemd", "symlink", "command"] as const;
export type TargetName = (typeof targetNames)[number];

/** What of a service only the stack's own containers have. Elsewhere the host has it in files of its own. */
const ofContainers = [
  ...["env", "secrets", "entrypoint", "command", "user", "volumes", "networks", "cpus", "memoryMiB"],
];

/** What the target means for the other settings. */
export function checkTarget(settings: unknown, complain: Complain): void {
  const { target = "docker", services, volumes, ...others } = fieldsOf(settings);
  for (const name of targetNames) {
    // The settings of `docker` stand there always, by their defaults.
    if (name === "docker") continue;
    if (name === target && others[name] === undefined)
      complain([name], `the target is ${name}, so write its settings`, "nothing");
    if (name !== target && others[name] !== undefined)
      complain([name], `remove it, or write target: ${name}`, `settings of a target that is not chosen`);
  }
  if (target === "docker" || !targetNames.some((name) => name === target)) return;
  for (const name of Object.keys(fieldsOf(volumes)))
    complain(["volumes", name], `remove it: with target ${String(target)} the host has its own`, "a volume");
  for (const [name, service] of Object.entries(fieldsOf(services))) {
    for (const key of ofContainers) {
      const value = fieldsOf(service)[key];
      if (value === undefined || isEmpty(value)) continue;
      complain(
        ["services", name, key],
        `remove it: with target ${String(target)} the host has it in files of its own`,
        "a setting of the stack's own containers",
      );
    }
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
