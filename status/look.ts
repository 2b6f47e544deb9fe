import { askDatabase, type AppliedAnswer } from "../assessment/appliedSchema";
import { gatherDisk } from "../assessment/diskEvidence";
import { imagesOnHost } from "../assessment/engineQueries";
import { standingNow } from "../assessment/standing";
import { TimeLimit } from "../assessment/timeLimit";
import { imagesOf } from "../assessment/wayBack";
import { backupPlace } from "../backups/backupPlace";
import { keptCards } from "../card/kept";
import { findRelease, type Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { newestDrill } from "../drills/keptDrills";
import { drillStanding } from "../drills/standing";
import { emptyState, readStackState, type StackState } from "../history/stackState";
import { notedUpdates } from "../records/begunUpdates";
import { readRecords } from "../records/readRecords";
import { moveWords, type BegunUpdate } from "../records/releaseRecord";
import { recordPlace } from "../records/writtenRecord";
import { defaultTable, type Settings } from "../settings/settings";
import { asDeployed } from "./asDeployed";
import { asker, messageOf, told } from "./asker";
import { backupStatus } from "./backupStatus";
import { heldOf } from "./held";
import { askServices, lookAtHost, servicesOf } from "./host";
import { lookAtHosted, openedTarget, wayBackThere, type OpenedTarget } from "./hosted";
import { locksIn } from "./locks";
import type { LookRequest } from "./lookRequest";
import { schemaStatus } from "./schemaStatus";
import { stackFileStatus } from "../stack/stackFileStatus";
import type { StackSecrets } from "../stack/stackSecrets";
import { hostOf } from "../targets/place";
import { placeOf } from "../targets/placeOf";
import {
  isUnknown,
  mapKnown,
  type Held,
  type Known,
  type SchemaStatus,
  type Status,
  type WayBackStatus,
} from "./status";

/** Part of the time that is left which Pulumi has for the state: what rests on it needs some, too. */
const stateShare = 0.6;

/** Looks at everything at once. What does not answer within the limit is unknown, and says so; never rejects for it. */
export async function lookAtStack(request: LookRequest, limit: TimeLimit): Promise<Status> {
  const { stack, label, settings, catalog, secrets, now } = request;
  const ask = asker(limit);
  const asked = askState(stack, limit);
  // Why is said once.
  const state = asked.then((known) =>
    isUnknown(known) ? { unknown: "Pulumi's state can't be read" } : known,
  );
  const held = asked.then((known) => mapKnown(known, (value) => heldOf(value, request)));
  const running = held.then((known) => runningRelease(known, catalog));
  const url = secrets.then((known) => databaseUrl(known, settings));
  const deployed = state.then((known) => asDeployed(isUnknown(known) ? undefined : known, request));
  const target = openedTarget(request, limit);
  const host = target
    ? lookAtHosted(request, target, state, deployed, limit)
    : lookAtHost(request, state, deployed, limit);
  const answers = askServices(request, deployed, target, limit);
  const [known, of, schema, wayBack, disk, backups, stackFile, locks] = await Promise.all([
    held,
    host,
    settings.database && askSchema(request, { state, running, url }, limit),
    askWayBack(request, state, target, limit),
    askDisk(request, { state, running, url }, limit),
    settings.database &&
      backupStatus({ stack: label, ...backupSettings(request, settings.database), url }, limit),
    ask(stackFileStatus(request.file, limit.signal)),
    ask(locksIn(request.backend, label)),
  ]);
  const back = isUnknown(wayBack) ? undefined : wayBack?.release;
  return {
    stack,
    label,
    at: now.toISOString(),
    settings: toldSettings(request),
    held: known,
    changed: (await deployed).changed,
    services: servicesOf(await deployed, known, of.containers, await answers),
    drift: of.drift,
    ...(schema && { schema }),
    wayBack,
    ...(disk && { disk }),
    ...(backups && { backups }),
    drill: told(() =>
      drillStanding(newestDrill(settings.record.folder, label), {
        // Elsewhere than in containers of the stack's own only a way back can be drilled, where there is one.
        maxAgeDays: target !== undefined && back === undefined ? 0 : settings.drill.maxAgeDays,
        target: target && back,
        stack,
        now,
      }),
    ),
    card: told(
      () =>
        keptCards(settings.record.folder).find(({ cards }) => cards.stack === label)?.cards.present?.release,
    ),
    stackFile,
    locks: isUnknown(locks) ? [] : locks,
    ...stoppedUpdate(request),
    begun: notedUpdates(settings.record.folder, label).map(({ update, alive }) => ({
      text: updateText(update),
      since: update.startedAt,
      alive,
    })),
  };
}

function updateText(update: BegunUpdate): string {
  return `${moveWords(update)}, begun ${update.startedAt} by ${update.by.name}`;
}

function stoppedUpdate({ settings, label }: LookRequest): Pick<Status, "stopped"> {
  const records = told(() => readRecords(recordPlace(settings).file, label));
  const newest = isUnknown(records) ? undefined : records.at(-1);
  if (newest?.stoppedAt === undefined || newest.outcome === "passed") return {};
  const { to, stoppedAt } = newest;
  return {
    stopped: { text: updateText(newest), ...(to.tag !== undefined && { to: to.tag }), at: stoppedAt },
  };
}

function askState(stack: string, limit: TimeLimit): Promise<Known<StackState>> {
  const seconds = Math.ceil(limit.left() * stateShare * 10) / 10;
  const own = new TimeLimit(seconds);
  return asker(own)(readStackState(stack, { seconds, signal: own.signal })).finally(() => own.over());
}

function runningRelease(held: Known<Held>, catalog: Catalog): Release | undefined {
  const tag = isUnknown(held) ? undefined : held.running.tag;
  return tag === undefined ? undefined : findRelease(catalog, tag);
}

function databaseUrl(secrets: Known<StackSecrets>, { database }: Settings): Known<string> {
  const name = database?.url ?? "";
  if (isUnknown(secrets)) return { unknown: `its address is a secret: ${secrets.unknown}` };
  const url = secrets.byName[name];
  return url === undefined || url === "" ? { unknown: `the secret ${name} is not set` } : url;
}

/** What other questions rest on. */
interface Grounds {
  state: Promise<Known<StackState>>;
  running: Promise<Release | undefined>;
  url: Promise<Known<string>>;
}

async function askSchema(
  { settings, catalog }: LookRequest,
  { state, running, url }: Grounds,
  limit: TimeLimit,
): Promise<SchemaStatus> {
  const { tool, table } = settings.database ?? {};
  const address = await url;
  const answer = isUnknown(address)
    ? address
    : await limit.for<Known<{ said: AppliedAnswer }>>(
        askDatabase({ url: address, tool, table: table === defaultTable ? undefined : table }).then(
          (said) => ({ said }),
        ),
        { unknown: limit.text },
      );
  const stands = schemaStatus({
    answer,
    state: await state,
    running: await running,
    catalog,
    dump: settings.schema.dump,
  });
  return stands.catch((error: unknown) => {
    const source = { unknown: messageOf(error) };
    return { source, down: false, problems: [], judged: source };
  });
}

async function askWayBack(
  request: LookRequest,
  state: Promise<Known<StackState>>,
  target: OpenedTarget | undefined,
  limit: TimeLimit,
): Promise<Known<WayBackStatus | undefined>> {
  const { settings, catalog } = request;
  const known = await state;
  if (isUnknown(known)) return known;
  const good = standingNow(known, request).lastKnownGood;
  const release = good && findRelease(catalog, good.tag);
  if (good === undefined || release === undefined) return undefined;
  const way = { release: good.tag, passedAt: good.passedAt };
  if (target) return { ...way, ...(await wayBackThere(request, target, release, limit)) };
  const images = imagesOf(release, Object.keys(settings.services)).map(({ reference }) => reference);
  const present = await asker(limit)(imagesOnHost(images, settings.docker.host, limit.signal));
  return {
    ...way,
    missing: mapKnown(present, (onHost) => images.filter((image) => !onHost.has(image))),
  };
}

/** Of what is full, and not of what is on it: that is `removable`'s to say. */
async function askDisk(
  { label, settings, catalog }: LookRequest,
  { state, running, url }: Grounds,
  limit: TimeLimit,
): Promise<Status["disk"]> {
  const { disk } = settings.guards;
  if (disk.limit === 0) return undefined;
  const address = await url;
  const target = (await running) ?? {
    ...{ tag: settings.imageTag, time: "", order: 0 },
    ...{ services: {}, migrations: [], flags: [] },
  };
  const backups = settings.database && backupSettings({ label, settings }, settings.database).folder;
  const found = await asker(limit)(
    gatherDisk(
      {
        ...{ stackLabel: label, target, catalog, services: Object.keys(settings.services) },
        hosted: settings.target !== "docker",
        ...{ wayBack: 0, engine: settings.docker.host, disk: { ...disk, limit: Number.POSITIVE_INFINITY } },
        database: backups === undefined || isUnknown(address) ? undefined : { url: address, backups },
      },
      state.then((known) => (isUnknown(known) ? emptyState : known)),
      Promise.resolve([]),
      Math.max(0.001, limit.left()),
    ),
  );
  if (found === undefined || isUnknown(found) || !isUnknown(address) || backups === undefined) return found;
  return { ...found, unknown: [...found.unknown, { of: "database", why: address.unknown, asked: false }] };
}

function backupSettings(
  { label, settings }: Pick<LookRequest, "label" | "settings">,
  { backup }: NonNullable<Settings["database"]>,
) {
  const { folder } = backupPlace({ stack: label, record: settings.record, docker: settings.docker, backup });
  return { folder, made: backup.when !== "never" };
}

function toldSettings({ settings, fromFile, noCatalog }: LookRequest): Status["settings"] {
  const { imageTag, hold, breakGlass, guards, docker, target } = settings;
  // Where it is, is no secret.
  const place = placeOf(settings, () => "");
  const reach = place && hostOf(place);
  return {
    imageTag,
    protected: settings.protected,
    ...(hold !== undefined && { hold }),
    ...(docker.host !== undefined && { engine: docker.host }),
    ...(place && { target: { kind: target, ...(reach !== undefined && { reach }) } }),
    breakGlass: breakGlass !== undefined,
    allowed: guards.schema,
    diskLimit: guards.disk.limit,
    ...(fromFile !== undefined && { fromFile }),
    ...(noCatalog !== undefined && { noCatalog }),
  };
}
