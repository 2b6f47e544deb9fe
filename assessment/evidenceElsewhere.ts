import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { newestFailures } from "../history/failedGates";
import { readStackState } from "../history/stackState";
import type { AssessmentSettings } from "../settings/assessmentSettings";
import { askCi } from "./ciEvidence";
import { readReviewed, type Evidence } from "./evidence";
import { ciRequest, judgingRequest } from "./evidenceRequest";
import { findImages, findMoved } from "./imageEvidence";
import type { MigratedBy } from "./migratedBy";
import { gatherSchema, type SchemaRequest } from "./schemaEvidence";
import { findWayBack } from "./wayBack";

export interface ElsewhereRequest {
  /** As `pulumi --stack` takes it. */
  stack: string;
  /** Project and stack, such as `shop/prod`. */
  stackLabel: string;
  target: Release;
  catalog: Catalog;
  /** Services that the program deploys. */
  services: readonly string[];
  settings: AssessmentSettings;
  migratedBy: MigratedBy;
  /** The text of a secret setting. */
  secret: (name: string) => string;
  previewing: boolean;
  /** Fingerprint of what was reviewed where this deployment was proposed; undefined where it follows no review. */
  reviewed: string | undefined;
}

/**
 * Asks everything at once for a program that runs its containers itself: whether their names are free, what was done by
 * hand and how full disks are is nothing that could be asked here. Only the state must answer.
 */
export async function gatherElsewhere(request: ElsewhereRequest): Promise<Evidence> {
  const { stack, stackLabel, settings, secret } = request;
  const { docker, guards, record, acknowledge } = settings;
  const state = readStackState(stack);
  const proposed = readReviewed(record.folder, request.reviewed);
  const images = { ...request, engine: docker?.host, registryAlone: docker === undefined };
  const schema = schemaRequest(request);
  const [known, judged, places, tags, ci, wayBack] = await Promise.all([
    state,
    schema && gatherSchema({ ...schema, ...request }, state),
    findImages(images),
    findMoved(images),
    askCi({ ...request, ...ciRequest(guards.ci, secret) }, state),
    findWayBack({ ...images, wayBack: guards.wayBack }, state),
  ]);
  return {
    state: known,
    schema: judged,
    reviewed: readReviewed(record.folder, acknowledge),
    ...(proposed && { proposed }),
    images: places,
    ...tags,
    wayBack,
    ci,
    disk: undefined,
    failedGates: newestFailures(record.folder, stackLabel, known),
    ...{ strays: [], occupants: [], networkLost: false, absent: [], engineSilent: undefined },
    engineId: undefined,
    signedIn: [],
  };
}

/** No step-down and no backup: whoever applies migrations takes them back. */
function schemaRequest({
  stackLabel,
  settings: { database, schema, record },
  secret,
}: ElsewhereRequest): Omit<SchemaRequest, "stack" | "target" | "catalog"> | undefined {
  if (database === undefined) return undefined;
  return {
    ...judgingRequest(database, schema, secret),
    stepDown: undefined,
    backup: { when: "never", command: false, stack: stackLabel, folder: record.folder },
  };
}
