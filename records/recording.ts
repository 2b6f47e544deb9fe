import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Assessment } from "../assessment/assessment";
import type { Catalog } from "../catalog/catalog";
import { redactor, type Redact } from "../gates/redaction";
import { recordedGates } from "../history/recordedGates";
import type { StackState } from "../history/stackState";
import { secretText } from "../settings/engineConfiguration";
import type { StackConfiguration } from "../settings/readSettings";
import type { Settings } from "../settings/settings";
import { unfinishedUpdates } from "./begunUpdates";
import { begunUpdate } from "./begunUpdate";
import { lookAtServices } from "./evidence";
import { evidenceEngine } from "./evidenceEngine";
import { keepEvidence } from "./keptEvidence";
import { knownSecrets } from "./knownSecrets";
import { accountName, operator } from "./operator";
import { openIncident } from "./postmortem/incidents";
import { untoldNow, Postmortems } from "./postmortem/postmortems";
import { readRecords } from "./readRecords";
import { moveWords } from "./releaseRecord";
import { UpdateRecorder, type RecorderOptions } from "./updateRecorder";
import { foundRecord, keep, recordPlace, type RecordPlace } from "./writtenRecord";

export interface RecordingRequest {
  /** Project and stack, such as `shop/prod`. */
  stack: string;
  configuration: StackConfiguration;
  settings: Settings;
  assessment: Assessment;
  catalog: Catalog;
  state: StackState;
  tell: RecorderOptions["tell"];
}

/**
 * Begins the record of an `up`, before anything is declared: keeps evidence of what runs, and tells of updates that
 * were killed. Whether the `up` changes anything is known at its end alone; what was kept for one that did not is taken
 * away again. Never fails: what can't be read or written is warned of.
 */
export async function startRecording(request: RecordingRequest): Promise<UpdateRecorder> {
  const { stack, configuration, settings, assessment, tell } = request;
  const startedAt = new Date();
  const redact = redactor(knownSecrets(configuration));
  const place = recordPlace(settings);
  const evidence = await takeEvidence(request, startedAt, redact);
  const begun = begunUpdate({
    id: `${startedAt.toISOString().replace(/[-:]/g, "")}-${randomBytes(4).toString("hex")}`,
    stack,
    assessment,
    settings,
    by: operator(process.env, accountName(), hostname()),
    evidence,
    startedAt,
    redact,
  });
  const { webhook } = settings.record;
  const found = await recordFound(stack, place, tell);
  return UpdateRecorder.begin(begun, {
    ...place,
    ...(webhook !== undefined && { webhook: secretText(configuration, webhook) }),
    before: new Map(assessment.running.services.map(({ service, containerId }) => [service, containerId])),
    found,
    endsIncident: isIncidentOpen(stack, place),
    ...postmortemsOf(request, place, redact),
    tell,
  });
}

function isIncidentOpen(stack: string, { file }: RecordPlace): boolean {
  try {
    return openIncident(readRecords(file, stack)) !== undefined;
  } catch {
    // Said when the record can't be written there either.
    return false;
  }
}

function postmortemsOf(
  { stack, configuration, settings }: RecordingRequest,
  place: RecordPlace,
  redact: Redact,
): Pick<RecorderOptions, "postmortems"> {
  const { postmortem } = settings.record;
  if (postmortem === undefined) return {};
  const { api, repository, token, ...issue } = postmortem;
  const github = { api, repository, token: secretText(configuration, token) };
  return { postmortems: new Postmortems({ stack, place, github, ...issue, redact }) };
}

/** What a preview tells of what the next `up` will do for the records: of updates that were killed, and of issues. */
export function unfinishedWarnings(stack: string, settings: Settings): string[] {
  return [...unrecorded(stack, settings), ...unopened(stack, settings)];
}

function unopened(stack: string, settings: Settings): string[] {
  const { postmortem } = settings.record;
  if (postmortem === undefined) return [];
  try {
    return untoldNow(recordPlace(settings), stack, postmortem.repository).map(
      ({ incident: { first } }) =>
        `The issue of the ${moveWords(first)}, begun ${first.startedAt}, is not opened, or not up to date. The next \`up\` does it.`,
    );
  } catch (error) {
    return [`Whether a rollback still lacks its issue is not known: ${(error as Error).message}`];
  }
}

function unrecorded(stack: string, settings: Settings): string[] {
  return unfinishedUpdates(settings.record.folder, stack, false).map(
    (begun) =>
      `An \`up\` did not come to its end: ${moveWords(begun)}, begun ${begun.startedAt} by ${begun.by.name}. The next \`up\` records it.`,
  );
}

async function recordFound(stack: string, place: RecordPlace, tell: RecorderOptions["tell"]) {
  const found = unfinishedUpdates(place.folder, stack, true).map((begun) => foundRecord(begun, place.folder));
  for (const record of found) {
    const problem = keep(record, place);
    const text = `An \`up\` that did not come to its end is recorded in ${place.file}: ${moveWords(record)}, begun ${record.startedAt}.`;
    await tell("warn", problem ?? text);
  }
  return found;
}

async function takeEvidence(
  { stack, configuration, settings, assessment, catalog, state, tell }: RecordingRequest,
  takenAt: Date,
  redact: Redact,
): Promise<string | undefined> {
  const { folder, evidence } = settings.record;
  const { running } = assessment;
  if (running.services.length === 0) return undefined;
  const engine = evidenceEngine(
    settings,
    running.services,
    catalog,
    (name) => secretText(configuration, name),
    new AbortController().signal,
  );
  const services = await lookAtServices(running.services, engine, evidence.logLines, redact);
  const problems = services.flatMap((service) => service.problems);
  if (problems.length > 0)
    await tell("warn", `Evidence of what runs is not whole; there is no ${problems.join("; no ")}`);
  const tags = new Set(running.services.map(({ tag }) => tag));
  const ran = catalog.releases.filter(({ tag }) => tags.has(tag));
  try {
    return keepEvidence(
      folder,
      {
        stack,
        takenAt: takenAt.toISOString(),
        services,
        gates: recordedGates(state),
        ci: Object.fromEntries(ran.flatMap(({ tag, ci }) => (ci === undefined ? [] : [[tag, ci]]))),
      },
      evidence.kept,
    );
  } catch (error) {
    await tell("warn", `Evidence of what runs could not be kept in ${folder}: ${(error as Error).message}`);
    return undefined;
  }
}
