import { buildInWords, buildReference, imageOf } from "../catalog/build";
import type { Release } from "../catalog/release";
import type { Direction } from "../history/running";
import type { Evidence } from "./evidence";
import { releaseTaskWarnings, silentHost } from "./hostEvidence";
import { refusedBy, type Refusal } from "./refusal";
import { sentence } from "./sentence";

/** What is to be told of images, tags and the engine, though it does not stand in the way. */
export function worldWarnings(evidence: Evidence, direction: Direction): string[] {
  return [
    ...movedTags(evidence),
    ...unconfirmed(evidence),
    ...left(evidence),
    ...releaseTaskWarnings(evidence.host, direction !== "same"),
    // What stands in the way of a rollback may still be past when it gets there.
    ...(direction === "rollback" ? (evidence.host?.obstacles ?? []) : []),
  ];
}

/** What of the target, its images and the engine stands in the way of any `up`. */
export function obstacles(
  target: Release,
  services: readonly string[],
  evidence: Evidence,
  direction: Direction,
): Refusal[] {
  return [
    ...refusedBy("engine", silentEngine(evidence)),
    ...refusedBy("engine", silentHost(evidence.host)),
    ...refusedBy("engine", direction === "rollback" ? [] : (evidence.host?.obstacles ?? [])),
    ...refusedBy("image", missingServices(target, services, evidence.host === undefined)),
    ...refusedBy("image", missingImages(target, evidence)),
    ...refusedBy("takenName", takenNames(evidence)),
  ];
}

function movedTags({ moved }: Evidence): string[] {
  return moved.map(
    ({ service, reference, catalog, registry }) =>
      `${service}: the tag ${reference} has moved in the registry, from ${catalog} to ${registry}. ` +
      "What runs is the catalog's digest; a changed image needs a tag of its own.",
  );
}

function unconfirmed({ images, silentRegistries }: Evidence): string[] {
  const ofImages = Object.entries(images).flatMap(([service, place]) =>
    typeof place === "object"
      ? [`Unconfirmed: whether the image of ${service} can be had (${place.unconfirmed}).`]
      : [],
  );
  const ofTags = silentRegistries.map(
    (reason) => `Unconfirmed: whether a tag has moved in the registry (${reason}).`,
  );
  return [...ofImages, ...ofTags];
}

function left({ strays }: Evidence): string[] {
  return strays
    .filter(({ byHand }) => byHand === undefined)
    .map(
      ({ name, id, idle }) =>
        `The container ${name} (${id.slice(0, 12)}) is of this stack, but its state does not hold it: ` +
        `${idle === true ? "it was made by hand, and does not run" : "an update was killed"}. It is removed first.`,
    );
}

/** @param inContainers whether services run from images, as containers of the stack's own do */
function missingServices(target: Release, services: readonly string[], inContainers: boolean): string[] {
  const lacks = inContainers ? "image" : "build";
  return services
    .filter(
      (service) =>
        (inContainers ? imageOf(target.services[service]) : target.services[service]) === undefined,
    )
    .map((service) => {
      const build = target.services[service];
      const found =
        build === undefined
          ? `it has ${Object.keys(target.services).join(", ")}`
          : `it has ${buildInWords(build)} for it, and a container runs from an image`;
      return (
        `Release ${target.tag} has no ${lacks} for the service ${service}; ${found}. ` +
        `Choose a release that has one, or remove ${service} from the settings.`
      );
    });
}

function missingImages(target: Release, { images }: Evidence): string[] {
  return Object.entries(images)
    .filter(([, place]) => place === "nowhere")
    .map(([service]) => {
      const image = target.services[service];
      return (
        `The image of ${service} is nowhere to be had, neither on the host nor in the registry: ` +
        `${image === undefined ? service : buildReference(image)}. Push it again, or choose another release.`
      );
    });
}

function silentEngine({ engineSilent }: Evidence): string[] {
  if (engineSilent === undefined) return [];
  return [
    `The Docker engine does not answer, and nothing can be run without it: ${sentence(engineSilent)} ` +
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
