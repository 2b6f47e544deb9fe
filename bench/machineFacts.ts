import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Site } from "./site";

/** What figures depend on, for those who read them. */
export async function machineFacts(site: Site): Promise<string[]> {
  const words = async (...command: [string, ...string[]]) =>
    (await site.run(site.folder, command)).output.trim();
  return [
    ...hardwareFacts(),
    `- Docker: engine ${await words("docker", "version", "--format", "{{.Server.Version}}, client {{.Client.Version}}")}, ${site.machine.docker.private ? "started for the bench" : "this machine's own"}`,
    `- Docker Compose: ${await words("docker", "compose", "version", "--short")}`,
    `- Pulumi: ${await words("pulumi", "version")}, Node ${process.version}`,
  ];
}

/** What every figure depends on. */
export function hardwareFacts(): string[] {
  return [
    `- processor: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`,
    `- memory: ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `- system: ${systemName()}, Linux ${release()}`,
  ];
}

/** The processes that waited for a processor, on average over the last minute. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
