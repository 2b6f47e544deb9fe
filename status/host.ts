import { isDeepStrictEqual } from "node:util";
import { targetEngine } from "../targets/targetEngine";
import {
  compareWithState,
  containerName,
  findNamed,
  type EngineQuestion,
  type NamedThings,
} from "../assessment/engineEvidence";
import type { TimeLimit } from "../assessment/timeLimit";
import { findRelease } from "../catalog/catalog";
import { dockerEngine, type ContainerState } from "../gates/engine";
import { runningFrom } from "../history/running";
import { emptyState, type StackState } from "../history/stackState";
import { asDeployed, type AsDeployed } from "./asDeployed";
import { asker } from "./asker";
import type { OpenedTarget } from "./hosted";
import { driftOf } from "./driftOf";
import type { LookRequest } from "./lookRequest";
import { askService, containerStates, healthOf, hostContainer, type Answer } from "./services";
import { isUnknown, mapKnown, type Held, type Known, type ServiceStatus, type Status } from "./status";

export interface HostView {
  containers: (service: string) => ServiceStatus["host"];
  drift: Status["drift"];
}

export async function lookAtHost(
  request: LookRequest,
  state: Promise<Known<StackState>>,
  deployed: Promise<AsDeployed>,
  limit: TimeLimit,
): Promise<HostView> {
  const { stack, settings, catalog } = request;
  const ask = asker(limit);
  const byFile = questionOf(asDeployed(undefined, request), settings.docker.host);
  // Pulumi takes longer than the engine, and says seldom that something is called otherwise.
  const early = ask(findNamed(byFile, limit.signal));
  const question = questionOf(await deployed, settings.docker.host);
  const isSame = isDeepStrictEqual(question, byFile);
  const named = await (isSame ? early : ask(findNamed(question, limit.signal)));
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

function questionOf({ label, prefix, services }: AsDeployed, engine: string | undefined): EngineQuestion {
  return { stackLabel: label, services: [...services.keys()], network: prefix, engine };
}

/**
 * Every service at once, each once.
 * @param hosted undefined where they are containers of the stack's own
 */
export async function askServices(
  { settings, secrets }: LookRequest,
  deployed: Promise<AsDeployed>,
  hosted: OpenedTarget | undefined,
  limit: TimeLimit,
): Promise<ReadonlyMap<string, Known<Answer>>> {
  const engine = hosted ? targetEngine(hosted, []) : dockerEngine(settings.docker.host, limit.signal);
  // Of ten seconds three, as for every connection.
  const longest = Math.round(limit.left() * 3) / 10;
  const { prefix, services } = await deployed;
  const asked = [...services].map(async ([name, asking]) => {
    if (isUnknown(asking)) return [name, asking] as const;
    const answer = askService({
      ...{ probe: asking.probe, secrets, limit, engine },
      container: hosted ? name : containerName({ network: prefix }, name),
      seconds: Math.min(asking.timeout, longest),
    });
    return [name, await limit.for<Known<Answer>>(answer, { unknown: limit.text })] as const;
  });
  return new Map(await Promise.all(asked));
}

export function servicesOf(
  { services }: AsDeployed,
  held: Known<Held>,
  containers: HostView["containers"],
  answers: ReadonlyMap<string, Known<Answer>>,
): ServiceStatus[] {
  const running = isUnknown(held) ? [] : held.running.services;
  return [...services].map(([service, asking]) => {
    const host = containers(service);
    const found = running.find((each) => each.service === service);
    const answer = answers.get(service) ?? { unknown: "it was not asked" };
    const byState = !isUnknown(asking) && asking.probe.kind === "state";
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
