import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { MadeByHand } from "../history/byHand";
import { commonTag, ownRelease, type Direction, type Running, type RunningService } from "../history/running";
import type { Stray } from "../history/strays";

export interface ByHandQuestion {
  /** As `pulumi --stack` takes it. */
  stack: string;
  target: Release;
  catalog: Catalog;
  strays: readonly Stray[];
  /** The setting: whether what was done by hand is taken as it is; undefined where nobody has said. */
  adopt: boolean | undefined;
  /** What the state holds. */
  held: Running;
}

/** A service that somebody brought to a release by hand. */
export interface ServiceByHand {
  service: string;
  /** Name of the container. */
  container: string;
  containerId: string;
  /** ISO 8601, UTC. */
  since: string;
  /** Undefined of an image that is in no release of the catalog. */
  release: { tag: string; digest: string; createdAs: string } | undefined;
}

/** What was done by hand, and whether this `up` takes it as it is. */
export interface AssessedByHand {
  services: readonly ServiceByHand[];
  adopted: boolean;
  /** What runs: as the state holds it, and by hand where that is adopted. */
  running: Running;
}

/** What runs by hand in place of what the state holds. It is adopted where the settings say so and name its release. */
export function lookAtByHand({ target, catalog, strays, adopt, held }: ByHandQuestion): AssessedByHand {
  const services = strays.flatMap(({ id, name, byHand }) =>
    byHand === undefined ? [] : [serviceByHand(id, name, byHand, target, catalog)],
  );
  const adopted = adopt === true && services.length > 0 && services.every((one) => isTargets(one, target));
  return { services, adopted, running: adopted ? withByHand(held, services, catalog) : held };
}

/**
 * What is told and refused. On the way back it warns only: nothing is to stand in that way.
 * @param direction from what the state holds
 */
export function byHandWords(
  { services, adopted }: AssessedByHand,
  direction: Direction,
  question: ByHandQuestion,
): { warnings: string[]; refusals: string[] } {
  const { target, adopt, stack } = question;
  if (services.length === 0) return { warnings: idleAdopt(question), refusals: [] };
  const found = services.map((one) => foundText(one, question)).join(" ");
  const ends = services.every((one) => isTargets(one, target));
  if (adopted)
    return {
      warnings: [
        `${found} It is adopted: the stack's own containers of the same images take their place, with a short stop. ` +
          `Afterwards: pulumi config rm adopt --stack ${stack}`,
      ],
      refusals: [],
    };
  if (adopt === false) return { warnings: [`${found} adopt is false: it is removed.`], refusals: [] };
  if (ends) {
    const words = "The stack's own containers of the same images take their place, with a short stop.";
    return { warnings: [`${found} ${words}`], refusals: [] };
  }
  if (direction === "rollback") return { warnings: [`${found} This rollback removes it.`], refusals: [] };
  return { warnings: [], refusals: [refusal(found, services, question)] };
}

function serviceByHand(
  containerId: string,
  container: string,
  { service, digests, release, since }: MadeByHand,
  target: Release,
  catalog: Catalog,
): ServiceByHand {
  const known = digests.flatMap((digest) => {
    const tag = ownRelease(service, digest, [release, target.tag], catalog);
    return tag === undefined ? [] : [{ tag, digest, createdAs: release ?? tag }];
  });
  return { service, container, containerId, since, release: known[0] };
}

function isTargets({ service, release }: ServiceByHand, target: Release): boolean {
  return release !== undefined && target.services[service]?.digest === release.digest;
}

function withByHand(held: Running, byHand: readonly ServiceByHand[], catalog: Catalog): Running {
  const made = byHand.flatMap(({ service, containerId, release }): RunningService[] =>
    release === undefined ? [] : [{ service, containerId, ...release }],
  );
  const services = [
    ...held.services.filter(({ service }) => !made.some((one) => one.service === service)),
    ...made,
  ].sort((one, other) => one.service.localeCompare(other.service));
  return { services, tag: commonTag(services, catalog) };
}

function foundText({ service, container, since, release }: ServiceByHand, { held }: ByHandQuestion): string {
  const runs =
    release === undefined
      ? "an image that no release of the catalog has"
      : `${release.tag} ${release.digest.slice(0, "sha256:".length + 12)}`;
  const holds = held.services.find((one) => one.service === service)?.tag;
  const instead = holds === undefined ? "" : `; the state holds ${holds}`;
  return `By hand: ${service} runs ${runs} in the container ${container} since ${since}${instead}.`;
}

function refusal(found: string, services: readonly ServiceByHand[], question: ByHandQuestion): string {
  const { stack, target, adopt, catalog } = question;
  const all = catalog.releases.filter((release) => services.every((one) => isTargets(one, release)));
  const named = services.map(({ release }) => release?.tag);
  const wanted = all.find(({ tag }) => named.includes(tag)) ?? all.at(-1);
  return [
    `${found} ${target.tag} would undo that${adopt === true ? ", and only what imageTag names can be adopted" : ""}.`,
    ...(wanted === undefined
      ? [
          "What runs by hand is no release of the catalog, so it can't be adopted: npx knowngood release add --help",
        ]
      : [
          `To take it as it is: pulumi config set imageTag ${wanted.tag} --stack ${stack} && ` +
            `pulumi config set adopt true --stack ${stack} && pulumi up --stack ${stack} && pulumi config rm adopt --stack ${stack}`,
        ]),
    `To remove it and go on with ${target.tag}: pulumi config set adopt false --stack ${stack} && pulumi up --stack ${stack} && pulumi config rm adopt --stack ${stack}`,
  ].join("\n");
}

/** A setting that has nothing to do is told: left where it is, it would decide the next time by itself. */
function idleAdopt({ adopt, stack }: ByHandQuestion): string[] {
  if (adopt === undefined) return [];
  return [
    `The setting adopt does nothing here: nothing was done by hand. To remove it: pulumi config rm adopt --stack ${stack}`,
  ];
}
