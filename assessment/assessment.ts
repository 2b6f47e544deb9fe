import { imageReference, type Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { knownGoodFrom, lastKnownGood, type KnownGood } from "../history/knownGood";
import { recordedSchema, type RecordedSchema } from "../history/recordedSchema";
import { directionOf, runningFrom, type Direction, type Running } from "../history/running";
import { planSchema, type SchemaPlan } from "../schema/schemaPlan";
import type { Evidence } from "./evidence";

/** What an `up` would do and what speaks against it, decided before anything is touched. */
export interface Assessment {
  target: Release;
  running: Running;
  direction: Direction;
  services: readonly ServiceMove[];
  /** Undefined for a stack without a database. */
  schema: AssessedSchema | undefined;
  knownGood: readonly KnownGood[];
  /** The newest known-good release that is not the target. */
  lastKnownGood: KnownGood | undefined;
  warnings: readonly string[];
  /** Why the `up` must not go on; each says what answers it. */
  refusals: readonly string[];
}

/** What happens to one service. */
export interface ServiceMove {
  service: string;
  /** What runs now; undefined when nothing does. */
  from: { tag: string; digest: string; createdAs: string } | undefined;
  to: { tag: string; digest: string };
}

export interface AssessedSchema extends SchemaPlan {
  /** The versions that the judgement rests on: the database's own word, else what was recorded. */
  applied: readonly string[];
  recorded: RecordedSchema | undefined;
}

/** Decides from evidence alone. */
export function assess(
  target: Release,
  services: readonly string[],
  catalog: Catalog,
  evidence: Evidence,
): Assessment {
  const running = runningFrom(evidence.state, catalog);
  const knownGood = knownGoodFrom(evidence.state);
  const moves = services.flatMap((service) => moveOf(service, target, running));
  return {
    target,
    running,
    direction: directionOf(target, running, catalog),
    services: moves,
    schema: assessSchema(target, evidence),
    knownGood,
    lastKnownGood: lastKnownGood(knownGood, target.tag),
    warnings: [...movedTags(evidence), ...unconfirmed(evidence), ...left(evidence)],
    refusals: [
      ...silentEngine(evidence),
      ...missingServices(target, services),
      ...missingImages(target, evidence),
      ...takenNames(evidence),
    ],
  };
}

function moveOf(service: string, target: Release, running: Running): ServiceMove[] {
  const image = target.services[service];
  if (image === undefined) return [];
  const now = running.services.find((candidate) => candidate.service === service);
  const from = now && { tag: now.tag, digest: now.digest, createdAs: now.createdAs };
  return [{ service, from, to: { tag: target.tag, digest: image.digest } }];
}

function assessSchema(target: Release, { applied, state }: Evidence): AssessedSchema | undefined {
  if (applied === undefined) return undefined;
  const recorded = recordedSchema(state);
  const versions = "unconfirmed" in applied ? (recorded?.applied ?? []) : applied;
  return { ...planSchema(target.migrations, versions), applied: versions, recorded };
}

function movedTags({ moved }: Evidence): string[] {
  return moved.map(
    ({ service, reference, catalog, registry }) =>
      `${service}: the tag ${reference} has moved in the registry, from ${catalog} to ${registry}. ` +
      "What runs is the catalog's digest; a changed image needs a tag of its own.",
  );
}

function unconfirmed({ applied, images, silentRegistries, state }: Evidence): string[] {
  const ofImages = Object.entries(images).flatMap(([service, place]) =>
    typeof place === "object"
      ? [`Unconfirmed: whether the image of ${service} can be had (${place.unconfirmed}).`]
      : [],
  );
  const ofTags = silentRegistries.map(
    (reason) => `Unconfirmed: whether a tag has moved in the registry (${reason}).`,
  );
  if (applied === undefined || !("unconfirmed" in applied)) return [...ofImages, ...ofTags];
  const basis =
    recordedSchema(state) === undefined ? "nothing is recorded of it yet" : "judged by what was recorded";
  return [...ofImages, ...ofTags, `Unconfirmed: the schema; ${basis} (${applied.unconfirmed}).`];
}

function left({ strays }: Evidence): string[] {
  return strays.map(
    ({ name, id }) =>
      `The container ${name} (${id.slice(0, 12)}) is of this stack, but its state does not hold it: ` +
      "an update was killed, or somebody made it by hand. It is removed first.",
  );
}

function missingServices(target: Release, services: readonly string[]): string[] {
  return services
    .filter((service) => target.services[service] === undefined)
    .map(
      (service) =>
        `Release ${target.tag} has no image for the service ${service}; it has ${Object.keys(target.services).join(", ")}. ` +
        `Choose a release that has one, or remove ${service} from the settings.`,
    );
}

function missingImages(target: Release, { images }: Evidence): string[] {
  return Object.entries(images)
    .filter(([, place]) => place === "nowhere")
    .map(([service]) => {
      const image = target.services[service];
      return (
        `The image of ${service} is nowhere to be had, neither on the host nor in the registry: ` +
        `${image === undefined ? service : imageReference(image)}. Push it again, or choose another release.`
      );
    });
}

function silentEngine({ engineSilent }: Evidence): string[] {
  if (engineSilent === undefined) return [];
  return [
    `The Docker engine does not answer, and nothing can be run without it: ${engineSilent}. ` +
      "Start it, or name another by docker.host in the settings or by DOCKER_HOST.",
  ];
}

function takenNames({ occupants }: Evidence): string[] {
  return occupants.map(({ kind, name, id, owner }) => {
    const whose =
      owner === undefined
        ? "this stack did not make it"
        : `it is labelled as of the stack ${owner}, and this stack's state knows nothing of it`;
    const away =
      kind === "container"
        ? `move it away (docker rename ${name} OTHER) or remove it (docker rm --force ${name})`
        : `remove it (docker network rm ${name})`;
    return (
      `The name ${name} is taken by a ${kind} (${id.slice(0, 12)}) that is left alone: ${whose}. ` +
      `If it may go, ${away}; else choose other names by docker.prefix in the settings.`
    );
  });
}
