import { absentServices } from "../history/absent";
import { isByHand, isIdle, madeByHand } from "../history/byHand";
import { networkGeneration } from "../history/recordedNetwork";
import { labels } from "../history/running";
import type { StackState } from "../history/stackState";
import { claimOf, type NamedObject, type Occupant, type Stray } from "../history/strays";
import { digestsOfImage, objectsNamed } from "./engineQueries";

/** How what stands on the engine differs from what the state holds. */
export interface EngineEvidence {
  strays: readonly Stray[];
  /** What stands in the way under a name that the stack needs. */
  occupants: readonly Occupant[];
  /** Whether the stack's network is gone though its state holds it: somebody removed it by hand. */
  networkLost: boolean;
  /** Services of which the engine does not run the container that the state holds. */
  absent: readonly string[];
  /** Why the engine did not answer; undefined when it did. */
  engineSilent: string | undefined;
}

export interface EngineQuestion {
  /** The stack's label on what it makes, such as `shop/prod`. */
  stackLabel: string;
  /** Services that the settings declare. */
  services: readonly string[];
  /** Name of the stack's network; its containers' names begin with it. */
  network: string;
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
}

/** What the engine has under the names that a stack needs. */
export interface NamedThings {
  containers: readonly NamedObject[];
  networks: readonly NamedObject[];
}

/** The name of a service's container. */
export function containerName({ network }: Pick<EngineQuestion, "network">, service: string): string {
  return `${network}-${service}`;
}

/**
 * @param signal ends the questions earlier
 * @throws Error when the engine can't be asked
 */
export async function findNamed(question: EngineQuestion, signal?: AbortSignal): Promise<NamedThings> {
  const { network, services, engine } = question;
  const names = services.map((service) => containerName(question, service));
  const [containers, networks] = await Promise.all([
    objectsNamed("container", names, engine, signal),
    objectsNamed("network", [network], engine, signal),
  ]);
  return { containers, networks };
}

/** What has the names that the stack needs. An engine that does not answer has lost nothing and taken nothing. */
export async function lookAtEngine(
  state: Promise<StackState>,
  question: EngineQuestion,
): Promise<EngineEvidence> {
  let found: NamedThings;
  try {
    found = await findNamed(question);
  } catch (error) {
    return { strays: [], occupants: [], networkLost: false, absent: [], engineSilent: messageOf(error) };
  }
  return { ...(await compareWithState(found, await state, question)), engineSilent: undefined };
}

/** Whose what was found is, and what of the state's own is missing. */
export async function compareWithState(
  { containers, networks }: NamedThings,
  known: StackState,
  question: EngineQuestion,
): Promise<Omit<EngineEvidence, "engineSilent">> {
  const { services, stackLabel, engine } = question;
  const occupant = (kind: Occupant["kind"], { id, name, labels: own }: NamedObject): Occupant => ({
    kind,
    id,
    name,
    owner: own[labels.stack],
  });
  const claimed = (claim: ReturnType<typeof claimOf>) =>
    containers.filter((container) => claimOf(container, stackLabel, known) === claim);
  const stray = async (found: NamedObject): Promise<Stray> => {
    const own = { id: found.id, name: found.name, ...(isIdle(found, known) && { idle: true as const }) };
    const service = services.find((each) => found.name === containerName(question, each));
    if (service === undefined || !isByHand(found, known)) return own;
    const ofImage = found.image && (await digestsOfImage(found.image.id, engine).catch(() => []));
    return { ...own, byHand: madeByHand(service, found, ofImage ?? []) };
  };
  return {
    strays: await Promise.all(claimed("stray").map(stray)),
    occupants: [
      ...networks
        .filter((found) => found.labels[labels.stack] !== stackLabel)
        .map((found) => occupant("network", found)),
      ...claimed("foreign").map((found) => occupant("container", found)),
    ],
    absent: absentServices(services, containers, known, (service) => containerName(question, service)),
    networkLost: networks.length === 0 && networkGeneration(known) !== undefined,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
