import type { EngineEvidence, NamedThings } from "../assessment/engineEvidence";
import type { TimeLimit } from "../assessment/timeLimit";
import type { Catalog } from "../catalog/catalog";
import type { ContainerState, Engine } from "../gates/engine";
import { stateText } from "../gates/health";
import { headerSecrets, probeOf, type Probe, type ProbeResult } from "../gates/probes";
import { redactor } from "../gates/redaction";
import type { SettledProbe } from "../gates/settledProbe";
import { clean, oneLine } from "../gates/shownText";
import { labels, ownRelease } from "../history/running";
import type { NamedObject } from "../history/strays";
import type { StackSecrets } from "../stack/stackSecrets";
import { messageOf } from "./asker";
import { isUnknown, type Health, type HostContainer, type Known } from "./status";

export interface Asked {
  probe: SettledProbe;
  /** Name of its container; on another target the service's. */
  container: string;
  engine: Engine;
  /** Seconds that it may take. */
  seconds: number;
  /** With why they can't be had. */
  secrets: Promise<Known<StackSecrets>>;
  /** Within which nothing is asked that could not be answered in time. */
  limit: TimeLimit;
}

/** One answer of a service, and how long it took. */
export type Answer = ProbeResult & { milliseconds?: number };

/** Longest that is shown of an answer, in characters. */
const longestText = 120;

/** Asks a service once, as its health gate would; never rejects. Only what needs a secret waits for it. */
export async function askService(asked: Asked): Promise<Known<Answer>> {
  const { probe: settled, container, engine, seconds, secrets, limit } = asked;
  if (settled.kind === "state") return { outcome: "ok" };
  const probe = settled.kind === "http" ? await withHeaders(settled, secrets) : settled;
  if (isUnknown(probe)) return probe;
  // An answer that was cut short would tell of the limit and not of the service.
  if (limit.left() < seconds) return { unknown: limit.text };
  const request = { probe, container: { id: container } };
  try {
    const ask: Probe = await probeOf(request, engine);
    const began = performance.now();
    const result = await ask(Math.ceil(seconds * 1000));
    const milliseconds = Math.round(performance.now() - began);
    return { ...shown(result, await secrets, headerSecrets(request)), milliseconds };
  } catch (error) {
    return { unknown: messageOf(error) };
  }
}

/** Without secrets. Where these are not known, what a service wrote may hold one: only our own words are shown. */
function shown(result: ProbeResult, secrets: Known<StackSecrets>, own: readonly string[]): ProbeResult {
  const { detail, ...rest } = result;
  if (detail === undefined) return rest;
  const told = isUnknown(secrets) ? detail.replace(/: [^]*$/, "") : detail;
  const redact = redactor([...(isUnknown(secrets) ? [] : secrets.hidden), ...own]);
  return { ...rest, detail: oneLine(clean(told, redact), longestText) };
}

type SettledHttp = Extract<SettledProbe, { kind: "http" }>;

async function withHeaders(
  { secretHeaders, headers, ...rest }: SettledHttp,
  secrets: Promise<Known<StackSecrets>>,
): Promise<Known<Omit<SettledHttp, "secretHeaders" | "status"> & { status: number[] }>> {
  const named = Object.entries(secretHeaders);
  const probe = { ...rest, status: rest.status ?? [200] };
  if (named.length === 0) return { ...probe, headers };
  const known = await secrets;
  if (isUnknown(known)) return { unknown: `its headers are secret: ${known.unknown}` };
  const hidden = Object.fromEntries(named.map(([header, name]) => [header, known.byName[name] ?? ""]));
  return { ...probe, headers: { ...headers, ...hidden } };
}

/** The containers that stand under the services' names, each with its state. */
export async function containerStates(
  { containers }: NamedThings,
  engine: Engine,
  seconds: number,
): Promise<ReadonlyMap<string, ContainerState>> {
  const ids = containers.map(({ id }) => id);
  return ids.length === 0 ? new Map() : engine.inspectAll(ids, Math.ceil(seconds * 1000));
}

/** What stands on the host under a service's name. */
export function hostContainer(
  service: string,
  container: string,
  found: NamedObject | undefined,
  state: ContainerState | undefined,
  byHand: EngineEvidence["strays"][number]["byHand"],
  catalog: Catalog,
): HostContainer {
  const seen = found === undefined ? undefined : state;
  if (found === undefined || seen === undefined || seen.status === "missing")
    return { container, status: "missing", text: "missing", restarts: 0 };
  const digest = found.labels[labels.digest] ?? pinned(found) ?? byHand?.digests[0];
  const { startedAt } = seen;
  return {
    container,
    status: seen.status,
    text: stateText(seen),
    restarts: seen.restarts,
    ...(startedAt !== undefined && { startedAt }),
    ...(digest !== undefined && { digest }),
    ...(byHand && {
      byHand: {
        tag: digest === undefined ? undefined : ownRelease(service, digest, [byHand.release], catalog),
        since: byHand.since,
      },
    }),
  };
}

function pinned({ image }: NamedObject): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(image?.reference ?? "")?.[1];
}

/** What an answer is worth, given how the container stands; a service is not healthy whose container does not run. */
export function healthOf(
  answer: Known<Answer>,
  host: Known<Pick<HostContainer, "status" | "text" | "hosted">>,
  byState: boolean,
): Known<Health> {
  if (!isUnknown(host) && host.status !== "running")
    return { healthy: false, text: `${host.hosted ? "it" : "its container"} is ${host.text}` };
  // Nothing was asked but whether it runs.
  if (byState) return isUnknown(host) ? host : { healthy: true, text: "runs" };
  if (isUnknown(answer)) return answer;
  const { outcome, status, detail, milliseconds } = answer;
  const told = [...(status === undefined ? [] : [String(status)]), ...(detail === undefined ? [] : [detail])];
  const text = told.join(": ") || (outcome === "ok" ? "answers" : "does not answer");
  if (outcome === "error") return { unknown: text };
  return { healthy: outcome === "ok", text, ...(milliseconds !== undefined && { milliseconds }) };
}
