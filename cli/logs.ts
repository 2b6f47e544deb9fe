import { containerName } from "../assessment/engineEvidence";
import { askEngine } from "../assessment/engineQueries";
import { labels, runningFrom } from "../history/running";
import { readStackState } from "../history/stackState";
import { newestKeptLog } from "../records/keptEvidence";
import { containerPrefix } from "../settings/containerPrefix";
import { askedServices } from "./askedServices";
import { exitCodes } from "./exitCodes";
import { logsOnTarget } from "./logsOnTarget";
import { BrokenEnvironment } from "../stack/endings";
import { tell } from "./output";
import { whileWaiting } from "./progress";
import { lineWriter, mergedByTime, openLog, type LoggedContainer, type LogStream } from "./serviceLogs";
import { projectFolder } from "../stack/project";
import { stackSettings, type NamedStack } from "../stack/stackSettings";

/** Seconds for the stack's state, without which the host is asked by labels alone. */
const stateSeconds = 10;

export interface LogsOptions {
  stack?: string;
  since?: string;
  /** A number of lines, or `all`. */
  tail: string;
  follow?: true;
}

/**
 * `logs`: what the services of a stack say, from the host that they run on. Sets the exit code: 0 told, 1 where of no service there
 * is a container, or Docker did not give a log.
 * @throws InvalidInput for a service that the stack does not have, BrokenEnvironment where Pulumi or Docker can't be asked
 */
export async function logs(services: readonly string[], options: LogsOptions): Promise<void> {
  // What the settings name lies there.
  process.chdir(projectFolder() ?? ".");
  const named = await stackSettings(options.stack);
  if (named.settings.target !== "docker") return logsOnTarget(services, named, options);
  const containers = await whileWaiting("looking for the containers", containersOf(named));
  const known = [...Object.keys(named.settings.services), ...containers.map(({ service }) => service)];
  const wanted = askedServices(services, known, named.label);
  const there = wanted.flatMap((name) => containers.filter((one) => one.service === name));
  for (const name of wanted) {
    if (!there.some((one) => one.service === name)) tell("warning", missingText(name, named));
  }
  if (there.length === 0) {
    process.exitCode = exitCodes.failed;
    return;
  }
  const follow = options.follow === true;
  const several = there.length > 1;
  const streams = there.map((one) =>
    openLog(one, { ...options, follow, engine: named.settings.docker.host }, several && !follow),
  );
  const failed = follow ? await followAll(streams) : await printAll(streams, several);
  if (failed.length > 0) {
    tell("error", `Docker does not give the log of ${failed.join(", ")}`);
    process.exitCode = exitCodes.failed;
  }
}

/** Of each service the container that the state holds, else the one under its name: that may be made by hand. */
async function containersOf({ stack, label, settings }: NamedStack): Promise<LoggedContainer[]> {
  const [state, onHost] = await Promise.all([
    readStackState(stack, { seconds: stateSeconds }).catch((error: unknown) => error as Error),
    containersOnHost(label, settings.docker.host),
  ]);
  if (state instanceof Error)
    tell("warning", `${state.message} What has the stack's labels on the host is told.`);
  // Only who runs is asked, not which release that is.
  const held = state instanceof Error ? [] : runningFrom(state, { folder: "", releases: [] }).services;
  const ids = new Set(held.map(({ containerId }) => containerId));
  const network = containerPrefix(settings, label);
  const services = [...new Set(onHost.map(({ service }) => service))].sort();
  return services.flatMap((service) => {
    const own = onHost.filter((one) => one.service === service);
    return (
      own.find(({ containerId }) => ids.has(containerId)) ??
      own.find(({ name }) => name === containerName({ network }, service)) ??
      []
    );
  });
}

/** Running and stopped. Another backend's stack of the same name can have the same labels. */
async function containersOnHost(
  stack: string,
  engine: string | undefined,
): Promise<(LoggedContainer & { name: string })[]> {
  const format = `{{.ID}} {{.Names}} {{.Label "${labels.service}"}}`;
  const filter = `label=${labels.stack}=${stack}`;
  try {
    const words = ["ps", "--all", "--no-trunc", "--filter", filter, "--format", format];
    const { stdout } = await askEngine(words, engine);
    return stdout.split("\n").flatMap((line) => {
      const [containerId = "", name = "", service = ""] = line.split(" ");
      return service === "" ? [] : [{ service, containerId, name }];
    });
  } catch (error) {
    throw new BrokenEnvironment(`The Docker engine can't be asked: ${(error as Error).message}`);
  }
}

function missingText(service: string, { label, settings }: NamedStack): string {
  const kept = newestKeptLog(settings.record.folder, label, service);
  const gone = `There is no container of ${service} on the host.`;
  return kept === undefined ? gone : `${gone} Its last lines, kept before an \`up\`: ${kept}`;
}

/** @returns services whose log Docker did not give */
async function printAll(streams: readonly LogStream[], timestamps: boolean): Promise<string[]> {
  const write = lineWriter(streams);
  const [only] = streams;
  if (!timestamps && only !== undefined) {
    for await (const line of only.lines) await write({ service: only.service, line });
  } else {
    for await (const line of mergedByTime(streams)) await write(line);
  }
  return failures(streams);
}

/** Until every container has ended, or a person ends it, which is no failure. */
async function followAll(streams: readonly LogStream[]): Promise<string[]> {
  const write = lineWriter(streams);
  let ended = false;
  const end = () => {
    ended = true;
    for (const stream of streams) stream.end();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  await Promise.all(
    streams.map(async ({ service, lines, ended: closed }) => {
      for await (const line of lines) await write({ service, line });
      if ((await closed) === 0 && !ended) process.stderr.write(`${service}: its container has ended\n`);
    }),
  );
  return ended ? [] : failures(streams);
}

async function failures(streams: readonly LogStream[]): Promise<string[]> {
  const codes = await Promise.all(streams.map(({ ended }) => ended));
  return streams.flatMap(({ service }, index) => (codes[index] === 0 ? [] : [service]));
}
