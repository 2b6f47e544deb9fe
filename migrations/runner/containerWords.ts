import type { RunnerContainer, RunnerMount } from "./request";

/** The label of a runner's container: the stack that it is of. */
export const runnerLabel = "knowngood.runner";

/** What steers the shell or docker's own client, and so is not for its environment. */
const steersTheClient = /^(PATH|HOME|USER|LOGNAME|LANG|TMPDIR|DOCKER_.*|LD_.*|GO.*|SSH_.*|XDG_.*|.*_PROXY)$/i;

/** How a container's environment is handed over: by the client's own, or by a file that only this user can read. */
export function handedOver(env: Readonly<Record<string, string>>): {
  byName: Record<string, string>;
  inFile: string | undefined;
} {
  const entries = Object.entries(env);
  const lines = entries.filter(([name, value]) => steersTheClient.test(name) && !value.includes("\n"));
  return {
    byName: Object.fromEntries(entries.filter(([name]) => !steersTheClient.test(name))),
    inFile: lines.length === 0 ? undefined : lines.map(([name, value]) => `${name}=${value}\n`).join(""),
  };
}

/**
 * The words of `docker` that run a command in a container of its own. No value of its environment stands among them.
 * @param names variables that the client's own environment has
 * @param file further ones
 */
export function containerWords(
  { image, name, stack, networks, mounts, entrypoint = [], user }: RunnerContainer,
  command: readonly string[],
  names: readonly string[],
  file?: string,
): string[] {
  const [program, ...first] = entrypoint;
  return [
    ...["docker", "run", "--rm", "--init", "--name", name, "--label", `${runnerLabel}=${stack}`],
    ...networks.flatMap((network) => ["--network", network]),
    ...mounts.flatMap((mount) => ["--mount", mountText(mount)]),
    ...(user === undefined ? [] : ["--user", user]),
    ...(program === undefined ? [] : ["--entrypoint", program]),
    ...names.flatMap((variable) => ["--env", variable]),
    ...(file === undefined ? [] : ["--env-file", file]),
    image,
    ...first,
    ...command,
  ];
}

function mountText({ source, target, readOnly }: RunnerMount): string {
  const kind = source.startsWith("/") ? "bind" : "volume";
  return [`type=${kind}`, `source=${source}`, `target=${target}`, ...(readOnly ? ["readonly"] : [])].join(
    ",",
  );
}

/** The words that find the container that a killed run left. */
export function leftoverWords({ name, stack }: RunnerContainer): string[] {
  return [
    ...["docker", "ps", "--all", "--quiet", "--no-trunc"],
    ...["--filter", `label=${runnerLabel}=${stack}`, "--filter", `name=^/${name}$`],
  ];
}
