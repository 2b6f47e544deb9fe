import { compareWithState, containerName, findNamed, type NamedThings } from "../assessment/engineEvidence";
import type { TimeLimit } from "../assessment/timeLimit";
import { findRelease } from "../catalog/catalog";
import { dockerEngine, type ContainerState } from "../gates/engine";
import { settledProbe } from "../gates/settledProbe";
import { runningFrom } from "../history/running";
import { emptyState, type StackState } from "../history/stackState";
import { containerPrefix } from "../settings/containerPrefix";
import { asker } from "./asker";
import { driftOf } from "./driftOf";
import type { LookRequest } from "./lookRequest";
import { askService, containerStates, healthOf, hostContainer, type Answer } from "./services";
import { isUnknown, mapKnown, type Held, type Known, type ServiceStatus, type Status } from "./status";

export interface HostView {
  containers: (service: string) => ServiceStatus["host"];
  drift: Status["drift"];
}

export async function lookAtHost(
  { stack, label, settings, catalog }: LookRequest,
  state: Promise<Known<StackState>>,
  limit: TimeLimit,
): Promise<HostView> {
  const ask = asker(limit);
  const question = {
    stackLabel: label,
    services: Object.keys(settings.services),
    network: containerPrefix(settings, label),
    engine: settings.docker.host,
  };
  const named = await ask(findNamed(question, limit.signal));
  if (isUnknown(named)) {
    const silent = { unknown: `Docker does not answer: ${named.unknown}` };
    return { containers: () => silent, drift: silent };
  }
  const engine = dockerEngine(settings.docker.host, limit.signal);
  const [states, known] = await Promise.all([
    ask(containerStates(named, engine, Math.max(0.001, limit.left()))),
    state,
  ]);
  const compared = isUnknown(known) ? known : await ask(compareWithState(named, known, question));
  return {
    containers: (service) =>
      mapKnown<ReadonlyMap<string, ContainerState>, ReturnType<typeof hostContainer>>(states, (seen) => {
        const name = containerName(question, service);
        const found = containerNamed(named, name);
        const stray = isUnknown(compared) ? undefined : compared.strays.find((each) => each.name === name);
        return hostContainer(service, name, found, found && seen.get(found.id), stray?.byHand, catalog);
      }),
    drift: mapKnown(compared, (found) =>
      driftOf({
        found,
        held: runningFrom(isUnknown(known) ? emptyState : known, catalog),
        stack,
        target: findRelease(catalog, settings.imageTag),
        catalog,
        adopt: settings.adopt,
      }),
    ),
  };
}

function containerNamed({ containers }: NamedThings, name: string) {
  return containers.find((each) => each.name === name);
}

/** Every service at once, each once. */
export async function askServices(
  { label, settings, secrets }: LookRequest,
  limit: TimeLimit,
): Promise<ReadonlyMap<string, Known<Answer>>> {
  const engine = dockerEngine(settings.docker.host, limit.signal);
  const network = containerPrefix(settings, label);
  // Of ten seconds three, as for every connection.
  const longest = Math.round(limit.left() * 3) / 10;
  const asked = Object.entries(settings.services).map(async ([name, service]) => {
    const usual = service.health?.timeout ?? settings.gates.health.timeout;
    const answer = askService({
      ...{ service, secrets, limit, engine },
      container: containerName({ network }, name),
      host: settings.docker.host,
      seconds: Math.min(usual, longest),
    });
    return [name, await limit.for<Known<Answer>>(answer, { unknown: limit.text })] as const;
  });
  return new Map(await Promise.all(asked));
}

export function servicesOf(
  { settings }: LookRequest,
  held: Known<Held>,
  containers: HostView["containers"],
  answers: ReadonlyMap<string, Known<Answer>>,
): ServiceStatus[] {
  const running = isUnknown(held) ? [] : held.running.services;
  return Object.entries(settings.services).map(([service, own]) => {
    const host = containers(service);
    const found = running.find((each) => each.service === service);
    const answer = answers.get(service) ?? { unknown: "it was not asked" };
    const byState = settledProbe(own, settings.docker.host).kind === "state";
    return {
      service,
      ...(found && {
        held: { tag: found.tag, digest: found.digest, stopped: found.stopped === true },
      }),
      host,
      health: healthOf(answer, host, byState),
    };
  });
}
