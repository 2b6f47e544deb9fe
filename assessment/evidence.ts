import { imageReference, type Catalog } from "../catalog/catalog";
import type { CiAnswer } from "../catalog/ciAnswer";
import { parseImageName } from "../catalog/imageName";
import { manifestExists, RegistryError, resolveTag } from "../catalog/registry";
import { findCredential } from "../catalog/registryCredentials";
import type { Release } from "../catalog/release";
import { newestFailures } from "../history/failedGates";
import type { FailedGate } from "../history/quarantine";
import { readStackState, type StackState } from "../history/stackState";
import { askCi, type CiRequest } from "./ciEvidence";
import { gatherDisk, type DiskEvidence, type DiskRequest } from "./diskEvidence";
import { lookAtEngine, type EngineEvidence } from "./engineEvidence";
import { engineInfo, imagesOnHost } from "./engineQueries";
import { reviewedReport } from "./savedReports";
import { gatherSchema, type SchemaEvidence, type SchemaRequest } from "./schemaEvidence";
import { findWayBack, type WayBackImage } from "./wayBack";
import type { AssessmentReport } from "./schemaRisk";

/** Where an image can be had; `unconfirmed` carries why nobody could say. */
export type Whereabouts = "host" | "registry" | "nowhere" | { unconfirmed: string };

/** What was asked of the world before anything is decided; each part stands alone, and what can't be had says why. */
export interface Evidence extends EngineEvidence {
  state: StackState;
  /** Undefined for a stack without a database. */
  schema: SchemaEvidence | undefined;
  /** The report that was acknowledged; undefined where none was, or it is not kept. */
  reviewed: AssessmentReport | undefined;
  /** The report that was reviewed where this deployment was proposed; undefined where it is not kept. */
  proposed?: AssessmentReport;
  /** By service. */
  images: Readonly<Record<string, Whereabouts>>;
  /** Services of which the registry has another digest under the target's tag than the catalog. */
  moved: readonly { service: string; reference: string; catalog: string; registry: string }[];
  /** Registries that could not be asked whether a tag has moved, each with why. */
  silentRegistries: readonly string[];
  /** Where the images of the last known-good releases are; nothing but in a preview. */
  wayBack: readonly WayBackImage[];
  /** What CI said of the target. */
  ci: CiAnswer;
  /** How full the disks are; undefined where the settings ask for none. */
  disk: DiskEvidence | undefined;
  /** Gates that failed since the newest change of release, by the records on this machine. */
  failedGates: readonly FailedGate[];
  /** What the engine calls itself, which no other does; undefined where it did not say. */
  engineId: string | undefined;
  /** Registries of the target's images for which Docker's own configuration has a credential. */
  signedIn: readonly string[];
}

export interface EvidenceRequest {
  /** Fully qualified, or as `pulumi --stack` takes it. */
  stack: string;
  /** The stack's label on what it makes, such as `shop/prod`. */
  stackLabel: string;
  target: Release;
  catalog: Catalog;
  /** Services that the settings declare. */
  services: readonly string[];
  /** Name of the stack's network; its containers' names begin with it. */
  network: string;
  /** Value of DOCKER_HOST, where the settings name one. */
  engine: string | undefined;
  schema: Omit<SchemaRequest, "stack" | "target" | "catalog"> | undefined;
  /** How many known-good releases are to have their images. */
  wayBack: number;
  /** How full a disk may be, and who tells of it. */
  disk: DiskRequest["disk"];
  /** Where to ask what CI said, and which checks count. */
  ci: Pick<CiRequest, "github" | "names">;
  /** Folder of the records, and the fingerprint of the report there that was acknowledged. */
  records: string;
  acknowledge: string | undefined;
  /** Fingerprint of what was reviewed where this deployment was proposed; undefined where it follows no review. */
  proposed: string | undefined;
  /** Whether this is a preview; what is worth the time in one alone is not asked in an `up`. */
  previewing: boolean;
}

/** Seconds for a credential helper to answer. */
const askSeconds = 10;

/** Asks everything at once; only the state must answer. */
export async function gather(request: EvidenceRequest): Promise<Evidence> {
  const state = readStackState(request.stack);
  const places = findImages(request);
  const info = engineInfo(request.engine);
  const [known, schema, images, tags, onEngine, signedIn, ci, wayBack, disk, ownId] = await Promise.all([
    state,
    request.schema && gatherSchema({ ...request, ...request.schema }, state),
    places,
    request.previewing ? findMoved(request) : { moved: [], silentRegistries: [] },
    lookAtEngine(state, request),
    findSignedIn(request),
    askCi({ ...request, ...request.ci }, state),
    findWayBack(request, state),
    gatherDisk({ ...request, info, database: databaseOf(request) }, state, places.then(servicesToPull)),
    info.then(
      ({ id }) => id || undefined,
      () => undefined,
    ),
  ]);
  const reviewed = readReviewed(request.records, request.acknowledge);
  const proposed = readReviewed(request.records, request.proposed);
  const failedGates = newestFailures(request.records, request.stackLabel, known);
  return {
    state: known,
    schema,
    reviewed,
    ...(proposed && { proposed }),
    images,
    ...tags,
    ci,
    wayBack,
    disk,
    failedGates,
    ...onEngine,
    engineId: ownId,
    signedIn,
  };
}

function databaseOf({ schema }: EvidenceRequest): DiskRequest["database"] {
  return schema && { url: schema.url, backups: schema.backup.folder };
}

/** Those whose image the registry has, and the host has not. */
function servicesToPull(images: Evidence["images"]): string[] {
  return Object.entries(images).flatMap(([service, place]) => (place === "registry" ? [service] : []));
}

function readReviewed(records: string, fingerprint: string | undefined): AssessmentReport | undefined {
  if (fingerprint === undefined || !/^[0-9a-f]{12}$/.test(fingerprint)) return undefined;
  const text = reviewedReport(records, fingerprint);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as AssessmentReport);
  } catch {
    return undefined;
  }
}

function imagesOf({ target, services }: EvidenceRequest) {
  return services.flatMap((service) => {
    const image = target.services[service];
    return image === undefined ? [] : [{ service, image }];
  });
}

async function findImages(request: EvidenceRequest): Promise<Record<string, Whereabouts>> {
  const images = imagesOf(request);
  let onHost = new Set<string>();
  let engineSilent: string | undefined;
  try {
    onHost = await imagesOnHost(
      images.map(({ image }) => imageReference(image)),
      request.engine,
    );
  } catch (error) {
    engineSilent = `Docker did not answer: ${messageOf(error)}`;
  }
  const places = images.map(async ({ service, image }): Promise<[string, Whereabouts]> => {
    if (onHost.has(imageReference(image))) return [service, "host"];
    try {
      if (await manifestExists(image.repository, image.digest)) return [service, "registry"];
      return [service, engineSilent === undefined ? "nowhere" : { unconfirmed: engineSilent }];
    } catch (error) {
      const silent = `${image.repository}: ${messageOf(error)}`;
      return [service, { unconfirmed: engineSilent === undefined ? silent : `${engineSilent}; ${silent}` }];
    }
  });
  return Object.fromEntries(await Promise.all(places));
}

/** A registry that does not know the tag tells of no move; one that does not answer is told once. */
async function findMoved(request: EvidenceRequest): Promise<Pick<Evidence, "moved" | "silentRegistries">> {
  const moved: Evidence["moved"][number][] = [];
  const silent = new Map<string, string>();
  const asked = imagesOf(request).map(async ({ service, image }) => {
    const reference = `${image.repository}:${request.target.tag}`;
    try {
      const digest = await resolveTag(reference);
      if (digest !== image.digest)
        moved.push({ service, reference, catalog: image.digest, registry: digest });
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const registry = parseImageName(image.repository)?.registry.name ?? image.repository;
      if (error.kind !== "not-found") silent.set(registry, error.message);
    }
  });
  await Promise.all(asked);
  return { moved, silentRegistries: [...silent.values()] };
}

async function findSignedIn(request: EvidenceRequest): Promise<string[]> {
  const names = imagesOf(request).flatMap(
    ({ image }) => parseImageName(image.repository)?.registry.name ?? [],
  );
  const asked = [...new Set(names)].sort().map(async (name) => {
    const { credential } = await findCredential(name, AbortSignal.timeout(askSeconds * 1000));
    return credential === undefined ? [] : [name];
  });
  return (await Promise.all(asked)).flat();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
