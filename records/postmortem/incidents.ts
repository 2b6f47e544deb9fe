import type { ReleaseRecord } from "../releaseRecord";

/**
 * A rollback and what came after it until an `up` passed: one incident, of which there is one issue. A rollback that
 * passed is an incident of its own; after one that did not, each further `up` goes on with it. A rollback after a month
 * of nothing has another cause than one that was left unended.
 */
export interface Incident {
  /** The rollback that it began with; its id is the incident's. */
  first: ReleaseRecord;
  /** With the first one, oldest first. */
  updates: readonly ReleaseRecord[];
  /** The newest `up` before it that brought the release which was left; undefined where no record tells of it. */
  broughtBy: ReleaseRecord | undefined;
}

/** What is known on this machine of an incident's issue. */
export interface KnownIssue {
  /** `OWNER/NAME`. */
  repository: string;
  number: number;
  url: string;
  /** Ids of the updates that it tells of. */
  told: readonly string[];
}

/** Days after which what was not told any more is left to the record. */
const longestDays = 30;
const longestMilliseconds = longestDays * 24 * 3600 * 1000;

/** @param all records of one stack, oldest first; drills among them are no part of any incident */
export function incidentsIn(all: readonly ReleaseRecord[]): Incident[] {
  const records = all.filter(({ drill }) => drill === undefined);
  const incidents: Incident[] = [];
  let current: { first: ReleaseRecord; updates: ReleaseRecord[] } | undefined;
  records.forEach((record, index) => {
    const last = current?.updates.at(-1);
    if ((last === undefined || isOver(last, record.startedAt)) && record.direction === "rollback") {
      current = { first: record, updates: [] };
      incidents.push({ ...current, broughtBy: broughtBy(record, records.slice(0, index)) });
    }
    current?.updates.push(record);
    if (record.outcome === "passed") current = undefined;
  });
  return incidents;
}

/** The incident that no `up` has ended yet; undefined where there is none. */
export function openIncident(records: readonly ReleaseRecord[]): Incident | undefined {
  const last = incidentsIn(records).at(-1);
  return last?.updates.at(-1)?.outcome === "passed" ? undefined : last;
}

function isOver({ startedAt }: ReleaseRecord, at: string): boolean {
  return Date.parse(at) - Date.parse(startedAt) > longestMilliseconds;
}

function broughtBy({ from }: ReleaseRecord, before: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  if (from.tag === undefined) return undefined;
  return before.findLast(({ direction, to }) => direction !== "same" && to.tag === from.tag);
}

/** Updates of an incident that are still to be told of on GitHub. */
export interface Untold {
  incident: Incident;
  /** Undefined where no issue is known here. */
  issue: KnownIssue | undefined;
  untold: readonly ReleaseRecord[];
}

/**
 * What is still to be told of. An incident is told of where the settings asked for it when it happened; one whose issue
 * is in another repository than now is left alone.
 * @param known the incident's issue, by its id
 */
export function untoldIncidents(
  incidents: readonly Incident[],
  known: (id: string) => KnownIssue | undefined,
  repository: string,
  now: Date,
): Untold[] {
  return incidents
    .filter(({ updates }) => updates.some(({ postmortem }) => postmortem))
    .filter(({ updates }) => updates.slice(-1).every((last) => !isOver(last, now.toISOString())))
    .map((incident) => ({ incident, issue: known(incident.first.id) }))
    .filter(({ issue }) => issue === undefined || issue.repository === repository)
    .map(({ incident, issue }) => ({
      incident,
      issue,
      untold: incident.updates.filter(({ id }) => issue?.told.includes(id) !== true),
    }))
    .filter(({ untold }) => untold.length > 0);
}
