import { askEngine } from "../assessment/engineQueries";
import { quoted } from "../components/ownCommand";
import type { Check } from "./check";
import { reasonOf, type Finding } from "./finding";
import { usesEngine } from "./usesEngine";

const name = "Docker engine";

/** Whether the stack's engine answers; without a known stack, the one that `docker` itself would use. */
export const dockerEngine: Check = {
  name,
  look: async ({ environment, stack, limit }) => {
    const settings = await stack.then(
      ({ settings }) => settings,
      () => undefined,
    );
    if (settings !== undefined && !usesEngine(settings))
      return { check: name, outcome: "not asked", found: `the services run by ${settings.target}` };
    const { findOnPath } = await import("../toolchain/goBuild.mjs");
    if (findOnPath("docker", environment) === undefined) return judgeEngine("no docker", undefined);
    const host = settings?.docker.host;
    try {
      const format = '{"version":{{json .Server.Version}},"client":{{json .Client.Version}}}';
      const { stdout } = await askEngine(["version", "--format", format], host, limit.signal);
      return judgeEngine(JSON.parse(stdout) as EngineVersions, host ?? environment.DOCKER_HOST);
    } catch (error) {
      return judgeEngine({ problem: reasonOf(error) }, host ?? environment.DOCKER_HOST);
    }
  },
};

interface EngineVersions {
  version: string;
  client: string;
}

/** @param host value of DOCKER_HOST; undefined for docker's own default */
export function judgeEngine(
  found: EngineVersions | { problem: string } | "no docker",
  host: string | undefined,
): Finding {
  if (found === "no docker")
    return {
      check: name,
      outcome: "missing",
      found: "there is no docker on PATH",
      get: "https://docs.docker.com/engine/install/ (Debian: apt-get install docker.io)",
    };
  const place = host === undefined || host === "" ? "docker's own default" : host;
  if ("version" in found)
    return {
      check: name,
      outcome: "ok",
      found: `${found.version} at ${place}, asked by docker ${found.client}`,
    };
  if (/permission denied/i.test(found.problem))
    return {
      check: name,
      outcome: "wrong",
      found: `${place}: ${found.problem}`,
      get: "sudo usermod -aG docker $USER, and log in anew",
    };
  return { check: name, outcome: "wrong", found: `${place}: ${found.problem}`, get: wayTo(host) };
}

function wayTo(host: string | undefined): string {
  if (host?.startsWith("ssh://") === true) return `ssh ${quoted(host)} docker version`;
  if (host === undefined || host === "" || host.startsWith("unix://"))
    return "sudo systemctl start docker; another engine: pulumi config set --path docker.host ssh://USER@HOST";
  return "look whether the engine runs there; another engine: pulumi config set --path docker.host ssh://USER@HOST";
}
