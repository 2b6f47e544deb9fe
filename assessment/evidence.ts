import type { Catalog } from "../catalog/catalog";
import type { CiAnswer } from "../catalog/ciAnswer";
import { parseImageName } from "../catalog/imageName";
import { findCredential } from "../catalog/registryCredentials";
import type { Release } from "../catalog/release";
import { newestFailures } from "../history/failedGates";
import type { FailedGate } from "../history/quarantine";
import { readStackState, type StackState } from "../history/stackState";
import { askCi, type CiRequest } from "./ciEvidence";
import { lookAtHost, type HostEvidence } from "./hostEvidence";
import { gatherDisk, type DiskEvidence, type DiskRequest } from "./diskEvidence";
import { lookAtEngine, type EngineEvidence } from "./engineEvidence";
import { engineInfo } from "./engineQueries";
import { findImages, findMoved, imagesOf, type ImageEvidence } from "./imageEvidence";
import type { Place } from "../targets/place";
import { reviewedReport } from "./savedReports";
import { gatherSchema, type SchemaEvidence, type SchemaRequest } from "./schemaEvidence";
import { findWayBack, type WayBackImage } from "./wayBack";
import type { AssessmentReport } from "./schemaRisk";

/** What was asked of the world before anything is decided; each part stands alone, and what can't be had says why. */
export interface Evidence extends EngineEvidence, ImageEvidence {
  state: StackState;
  /** Undefined for a stack without a database. */
  schema: SchemaEvidence | undefined;
  /** The report that was acknowledged; undefined where none was, or it is not kept. */
  reviewed: AssessmentReport | undefined;
  /** The report that was reviewed where this deployment was proposed; undefined where it is not kept. */
  proposed?: AssessmentReport;
  /** Where the images of the last known-good releases are; nothing but in a preview. */
  wayBack: readonly WayBackImage[];
  /** What CI said of the target. */
  ci: CiAnswer;
  /** How full the disks are; undefined where the settings ask for none. */
  disk: DiskEvidence | undefined;
  /** What the host has; undefined where the stack's own containers run on an engine. */
  host?: HostEvidence;
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
  /** Where services run that are no containers of the stack's own. @default they are */
  place?: Place;
  /** What the platform there runs by itself with each deployment. */
  releaseTask?: string | undefined;
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
  const { place } = request;
  const host = place && lookAtHost({ ...request, place, releaseTask: request.releaseTask }, state);
  const images = { ...request, registryAlone: host !== undefined };
  const places = findImages(images).then(async (found) => onHostToo(found, await host));
  const info = host ? noEngine() : engineInfo(request.engine);
  const [known, schema, whereabouts, tags, onEngine, signedIn, ci, wayBack, disk, ownId] = await Promise.all([
    state,
    request.schema && gatherSchema({ ...request, ...request.schema }, state),
    places,
    findMoved(request),
    host ? unaskedEngine(host) : lookAtEngine(state, request),
    host ? [] : findSignedIn(request),
    askCi({ ...request, ...request.ci }, state),
    findWayBack(images, state),
    gatherDisk(
      { ...request, info, hosted: host !== undefined, database: databaseOf(request) },
      state,
      places.then(servicesToPull),
    ),
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
    images: whereabouts,
    ...tags,
    ci,
    wayBack,
    disk,
    failedGates,
    ...onEngine,
    ...(host && { host: await host }),
    engineId: ownId,
    signedIn,
  };
}

/** Where services are no containers of the stack's own, no engine is asked for them. */
async function unaskedEngine(host: Promise<HostEvidence>): Promise<EngineEvidence> {
  const { absent } = await host;
  return { strays: [], occupants: [], networkLost: false, absent, engineSilent: undefined };
}

function noEngine(): Promise<never> {
  return Promise.reject(new Error("no engine is asked"));
}

/** A build that lies on the host need not be had anywhere else. */
function onHostToo(images: ImageEvidence["images"], host: HostEvidence | undefined): ImageEvidence["images"] {
  const there = (host?.present ?? []).map((service) => [service, "host"] as const);
  return { ...images, ...Object.fromEntries(there) };
}

function databaseOf({ schema }: EvidenceRequest): DiskRequest["database"] {
  return schema && { url: schema.url, backups: schema.backup.folder };
}

/** Those whose image the registry has, and the host has not. */
function servicesToPull(images: Evidence["images"]): string[] {
  return Object.entries(images).flatMap(([service, place]) => (place === "registry" ? [service] : []));
}

/** The report that has a fingerprint, where it is kept. */
export function readReviewed(records: string, fingerprint: string | undefined): AssessmentReport | undefined {
  if (fingerprint === undefined || !/^[0-9a-f]{12}$/.test(fingerprint)) return undefined;
  const text = reviewedReport(records, fingerprint);
  try {
    if (text === undefined) return undefined;
    const report = JSON.parse(text) as AssessmentReport | { target?: { images?: undefined } };
    // One that an earlier version kept has another shape, and must not end a rollback.
    return Array.isArray(report.target?.images) ? (report as AssessmentReport) : undefined;
  } catch {
    return undefined;
  }
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
