import { fullnessText, hostName } from "../assessment/diskGuard";
import { sizeText } from "../backups/space";
import { usedPercent } from "../disk/filesystem";
import { counted } from "../gates/shownText";
import { isPast } from "../schema/verdict";
import { when } from "./age";
import { goesOn } from "./goesOn";
import { notKnownGood } from "./notKnownGood";
import { owedLines } from "./owedLines";
import {
  isUnknown,
  type HostContainer,
  type SchemaStatus,
  type ServiceStatus,
  type Status,
  type WayBackStatus,
} from "./status";

/** `wrong` needs a person; a `note` is worth knowing; `unknown` could not be told. */
export type Mark = "fine" | "note" | "wrong" | "unknown";

/** One fact of the screen. */
export interface StatusLine {
  /** Such as `schema`, or a service's name. */
  name: string;
  mark: Mark;
  text: string;
  /** What belongs to it: commands of which one is to be chosen. */
  more?: readonly string[];
}

/** All that is told of a stack, in the order of the screen. */
export function statusLines(status: Status): StatusLine[] {
  return [
    ...settingsLines(status),
    ...status.services.map((service) => serviceLine(service, status)),
    ...gatesLines(status),
    ...(status.schema === undefined
      ? []
      : [schemaLine(status.schema, status), horizonLine(status.schema, status)]),
    wayBackLine(status),
    ...diskLines(status),
    ...backupLines(status),
    ...driftLines(status),
    ...owedLines(status),
  ];
}

/** What runs, in a line. */
export function headline({ label, held, services, at }: Status): string {
  if (isUnknown(held)) return `${label}: what runs is not known: ${held.unknown}`;
  const { running, since } = held;
  if (running.services.length === 0) return `${label}: nothing is deployed`;
  const byHand = allByHand(services);
  if (byHand !== undefined)
    return `${label} runs ${byHand}, started by hand; the state holds ${running.tag ?? "services of different releases"}`;
  if (running.tag === undefined) return `${label} runs services of different releases`;
  if (since === undefined) return `${label} runs ${running.tag}`;
  const how = since.direction === "rollback" ? ", by a rollback" : "";
  return `${label} runs ${running.tag} since ${when(since.at, at)}${how}`;
}

/** The one release of which a person has started every service. */
function allByHand(services: readonly ServiceStatus[]): string | undefined {
  const [tag, ...others] = new Set(
    services.map(({ host }) => (isUnknown(host) ? undefined : host.byHand?.tag)),
  );
  return others.length === 0 ? tag : undefined;
}

function settingsLines({ settings, held, changed }: Status): StatusLine[] {
  const { imageTag, fromFile, noCatalog } = settings;
  const elsewhere = !isUnknown(held) && held.running.services.length > 0 && held.running.tag !== imageTag;
  return [
    ...(fromFile === undefined ? [] : [note("settings", `read from the stack file alone: ${fromFile}`)]),
    ...(noCatalog === undefined ? [] : [note("settings", noCatalog)]),
    ...changed.map((text) => note("settings", `changed since the last up: ${text}`)),
    ...(elsewhere ? [note("settings", `imageTag is ${imageTag}, which is not what runs`)] : []),
  ];
}

function serviceLine(status: ServiceStatus, { at, held: all }: Status): StatusLine {
  const { service, held, host, health } = status;
  const line = (mark: Mark, ...parts: string[]) => ({
    name: service,
    mark,
    text: [...whatRuns(status, at), ...parts].join(", "),
  });
  const byHand = !isUnknown(host) && host.byHand !== undefined;
  if (held === undefined && !byHand && !isUnknown(all)) return line("note", "not deployed");
  if (held?.stopped && !byHand && !isUnknown(host) && host.status !== "running")
    return line("wrong", "left stopped on purpose: the schema is not one that it can run on");
  if (isUnknown(health)) return line("unknown", `health not known: ${health.unknown}`);
  const { healthy, text, milliseconds } = health;
  const took = milliseconds === undefined ? "" : ` in ${milliseconds} ms`;
  const life = isUnknown(host) ? [] : lifeOf(host, at);
  return healthy
    ? line(isForeign(status) ? "wrong" : "fine", `healthy (${text}${took})`, ...life)
    : line("wrong", `NOT HEALTHY: ${text}`, ...life);
}

/** Whether the host runs another image under a service's name than the state holds, and no person said so. */
function isForeign({ held, host }: ServiceStatus): boolean {
  if (held === undefined || isUnknown(host) || host.byHand !== undefined) return false;
  return host.status !== "missing" && host.digest !== held.digest;
}

/** Release and digest: what stands there goes before what the state holds. */
function whatRuns(status: ServiceStatus, at: string): string[] {
  const { held, host } = status;
  if (held !== undefined && !isUnknown(host) && isForeign(status))
    return [
      `${host.digest === undefined ? `an unknown ${host.hosted ? "build" : "image"}` : short(host.digest)} stands there, and not ${held.tag} ${short(held.digest)}`,
    ];
  if (isUnknown(host) || host.byHand === undefined)
    return held === undefined ? [] : [`${held.tag} ${short(held.digest)}`];
  const { tag = "an unknown image", since } = host.byHand;
  const digest = host.digest === undefined ? "" : ` ${short(host.digest)}`;
  return [`${tag}${digest}`, `started by hand ${when(since, at)}`];
}

/** Since when a container runs, and whether it has begun anew by itself. */
function lifeOf({ status, startedAt, restarts }: HostContainer, at: string): string[] {
  if (status !== "running" || startedAt === undefined) return [];
  return [`up since ${when(startedAt, at)}`, ...(restarts > 0 ? [counted(restarts, "restart")] : [])];
}

/** Only where the release that runs is not known good: else the screen need not say it. */
function gatesLines(status: Status): StatusLine[] {
  const why = notKnownGood(status);
  if (why === undefined) return [];
  return [{ name: "gates", mark: goesOn(status) ? "note" : "wrong", text: why }];
}

function schemaLine(
  { source, down, head, ahead, missing, problems, judged }: SchemaStatus,
  status: Status,
): StatusLine {
  const line = (mark: Mark, text: string, more: readonly string[] = []) => ({
    ...{ name: "schema", mark, text },
    ...(more.length > 0 && { more }),
  });
  const silent = down ? "wrong" : "unknown";
  if (typeof source === "object" && isUnknown(source)) return line(silent, `not known: ${source.unknown}`);
  const running = isUnknown(status.held) ? undefined : status.held.running.tag;
  const verdict = isUnknown(judged) || judged.current === false ? undefined : judged.verdict;
  const gap =
    ahead === undefined
      ? "how far ahead of what runs is not known"
      : ahead.length === 0
        ? `nothing ahead of ${running}`
        : `${counted(ahead.length, "migration")} ahead of ${running} (${ahead.join(", ")})${verdict === undefined ? "" : `, ${verdict}`}`;
  const lacking = missing?.length ? [`${running} needs ${missing.join(", ")}, not applied`] : [];
  const text = [`head ${head ?? "none"}`, gap, ...lacking].join("; ");
  if (typeof source === "object")
    return line(silent, `${text}, as the last up recorded it; ${source.recorded}`);
  return line(lacking.length + problems.length > 0 ? "wrong" : "fine", text, problems);
}

function horizonLine({ judged }: SchemaStatus, { held }: Status): StatusLine {
  const line = (mark: Mark, text: string) => ({ name: "horizon", mark, text });
  if (isUnknown(judged)) return line("unknown", `not known: ${judged.unknown}`);
  const { horizon, current } = judged;
  if (current === false)
    return note("horizon", "not known of the schema as it is now: pulumi preview judges it");
  const releases = Object.keys(horizon.verdicts);
  const unsure = current === undefined ? ", as the last up judged it" : "";
  if (releases.length === 0) return line("fine", `no other release is known here${unsure}`);
  const running = isUnknown(held) ? undefined : held.running.tag;
  const told = Object.entries(horizon.verdicts).filter(([tag]) => tag !== running);
  const each = told.map(([tag, verdict]) => `${tag} ${verdict}`).join(", ");
  if (horizon.oldest === undefined)
    return note("horizon", `no known release before can run on the schema (${each})${unsure}`);
  return line("fine", `back to ${horizon.oldest} (${each})${unsure}`);
}

function wayBackLine({ wayBack, held, schema, settings, at }: Status): StatusLine {
  const line = (mark: Mark, text: string) => ({ name: "way back", mark, text });
  if (isUnknown(wayBack)) return line("unknown", `not known: ${wayBack.unknown}`);
  if (wayBack === undefined) return note("way back", `none: ${whyNoWayBack(held)}`);
  const { release, passedAt, missing } = wayBack;
  const verdict = schema === undefined ? undefined : verdictOn(release, schema);
  const past = verdict !== undefined && verdict !== "unknown" && isPast(verdict, settings.allowed);
  const judged =
    verdict === undefined
      ? []
      : [verdict === "unknown" ? "not judged" : `${verdict}${past ? ", past guards.schema" : ""}`];
  const fetched = missing === undefined ? [] : [whereBuildsAre(missing, settings)];
  const text = [`${release}, known good ${when(passedAt, at)}`, ...judged, ...fetched].join("; ");
  const isFar = missing !== undefined && !isUnknown(missing) && missing.length > 0;
  return line(past || isFar ? "note" : "fine", text);
}

function whereBuildsAre(
  missing: NonNullable<WayBackStatus["missing"]>,
  { target }: Status["settings"],
): string {
  const builds = target === undefined ? "images" : "builds";
  if (isUnknown(missing)) return `whether its ${builds} are on the host is not known`;
  if (missing.length === 0) return `its ${builds} are on the host`;
  return `to be ${target === undefined ? "pulled" : "brought there"} first: ${missing.join(", ")}`;
}

function whyNoWayBack(held: Status["held"]): string {
  const others = isUnknown(held) ? [] : held.knownGood.filter(({ tag }) => tag !== held.running.tag);
  if (others.length === 0) return "no other release is known good";
  const verbs = others.length === 1 ? ["was", "is"] : ["were", "are"];
  return `${others.map(({ tag }) => tag).join(", ")} ${verbs[0]} good, and ${verbs[1]} quarantined or not in the catalog`;
}

/** What the schema means for a release, as far as that still holds. */
export function verdictOn(release: string, { judged }: SchemaStatus) {
  if (isUnknown(judged) || judged.current === false) return "unknown";
  return judged.horizon.verdicts[release] ?? "unknown";
}

function diskLines({ disk, settings }: Status): StatusLine[] {
  const line = (mark: Mark, text: string) => ({ name: "disk", mark, text });
  if (disk === undefined) return [];
  if (isUnknown(disk)) return [line("unknown", `not known: ${disk.unknown}`)];
  const { disks, unknown } = disk;
  return [
    ...disks.map((each) =>
      usedPercent(each.filesystem) >= settings.diskLimit
        ? line("wrong", `${fullnessText(each)}; guards.disk.limit is ${settings.diskLimit} %`)
        : line("fine", fullnessText(each)),
    ),
    ...unknown.map(({ of, why }) => line("unknown", `not known of ${hostName(of)}: ${why}`)),
  ];
}

function backupLines({ backups, at }: Status): StatusLine[] {
  const line = (mark: Mark, text: string) => [{ name: "backups", mark, text }];
  if (backups === undefined) return [];
  if (isUnknown(backups)) return line("unknown", `not known: ${backups.unknown}`);
  const { newest, kept, folder, made } = backups;
  if (newest === undefined)
    return line("note", made ? `none in ${folder} yet` : "none are made: database.backup.when is never");
  const { madeAt, bytes, whole, restoredAs } = newest;
  const size = bytes === undefined ? "" : `, ${sizeText(bytes)}`;
  const checked = isUnknown(restoredAs)
    ? `whether it was restored is not known: ${restoredAs.unknown}`
    : restoredAs === undefined
      ? "checked when it was made, not restored on this server"
      : `restored and checked as ${restoredAs}`;
  const state = whole ? checked : "DAMAGED OR GONE";
  return line(whole ? "fine" : "wrong", `newest ${when(madeAt, at)}${size}, ${kept} kept; ${state}`);
}

function driftLines({ drift }: Status): StatusLine[] {
  if (isUnknown(drift)) return [{ name: "drift", mark: "unknown", text: `not known: ${drift.unknown}` }];
  if (drift.length === 0) return [{ name: "drift", mark: "fine", text: "none" }];
  return drift.map(({ text, choices }) => ({
    ...{ name: "drift", mark: "wrong" as const, text },
    ...(choices && { more: choices }),
  }));
}

function short(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

function note(name: string, text: string): StatusLine {
  return { name, mark: "note", text };
}
