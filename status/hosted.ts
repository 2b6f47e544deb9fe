import type { TimeLimit } from "../assessment/timeLimit";
import { differing } from "../assessment/hostEvidence";
import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { stateText } from "../gates/health";
import { redactor } from "../gates/redaction";
import { clean } from "../gates/shownText";
import { ownRelease, runningFrom } from "../history/running";
import type { StackState } from "../history/stackState";
import { openTarget } from "../targets/openTarget";
import { placeOf, secretsOfPlace } from "../targets/placeOf";
import type { Found, Target } from "../targets/target";
import { everyWanted, wantedOf } from "../targets/wanted";
import type { AsDeployed } from "./asDeployed";
import { asker, messageOf } from "./asker";
import type { HostView } from "./host";
import type { LookRequest } from "./lookRequest";
import {
  isUnknown,
  mapKnown,
  type Drift,
  type HostContainer,
  type Known,
  type WayBackStatus,
} from "./status";

/** The target that the services run on. Rejects with why it can't be asked. */
export type OpenedTarget = () => Promise<Target>;

/** Undefined where services are containers of the stack's own. What opens it needs secrets waits for them. */
export function openedTarget(
  { settings, secrets }: Pick<LookRequest, "settings" | "secrets">,
  { signal }: TimeLimit,
): OpenedTarget | undefined {
  if (settings.target === "docker") return undefined;
  const needed = secretsOfPlace(settings);
  let opened: Promise<Target> | undefined;
  const open = async (): Promise<Target> => {
    const known = needed.length === 0 ? { byName: {}, hidden: [] } : await secrets;
    if (isUnknown(known)) throw new Error(`it is reached with secrets: ${known.unknown}`);
    const unset = needed.filter((name) => (known.byName[name] ?? "") === "");
    if (unset.length > 0) throw new Error(`it is reached with secrets, and not set: ${unset.join(", ")}`);
    const place = placeOf(settings, (name) => known.byName[name] ?? "");
    if (place === undefined) throw new Error("no target is set");
    return openTarget(place, signal);
  };
  return () => (opened ??= open());
}

/** What the host runs, and how that differs from what the state holds. */
export async function lookAtHosted(
  request: LookRequest,
  target: OpenedTarget,
  state: Promise<Known<StackState>>,
  deployed: Promise<AsDeployed>,
  limit: TimeLimit,
): Promise<HostView> {
  const { settings, catalog } = request;
  const looked = async (services: readonly string[]): Promise<Known<Found[]>> => {
    const known = everyWanted(catalog, services);
    if (known.length === 0) return [];
    return asking(request, limit, async () => (await target()).look(known));
  };
  const byFile = Object.keys(settings.services);
  // Pulumi can take longer than the host, and says seldom that there are more.
  const early = looked(byFile);
  const others = [...(await deployed).services.keys()].filter((service) => !byFile.includes(service));
  const [first, more, known] = await Promise.all([early, looked(others), state]);
  const found = mapKnown(first, (one) => mapKnown(more, (other) => [...one, ...other]));
  if (isUnknown(found)) {
    const silent = { unknown: `the host can't be asked: ${found.unknown}` };
    return { containers: () => silent, drift: silent };
  }
  return {
    containers: (service) => hostedService(service, found),
    drift: mapKnown(known, (held) => hostedDrift(found, held, catalog)),
  };
}

/** What a host tells of a service, in the words for a container. */
export function hostedService(service: string, found: readonly Found[]): Known<HostContainer> {
  const there = found.find((each) => each.service === service);
  if (there === undefined) return { unknown: "the catalog has no build of it, by which the host could tell" };
  const { digest, state } = there;
  const base = { container: service, hosted: true as const };
  if (state.status === "missing") return { ...base, status: "missing", text: "missing", restarts: 0 };
  return {
    ...base,
    status: state.status,
    text: stateText(state),
    restarts: state.restarts,
    ...(state.startedAt !== undefined && { startedAt: state.startedAt }),
    ...(digest !== undefined && { digest }),
  };
}

/** In what the host differs from the state, in sentences. The next up brings the services there anew. */
export function hostedDrift(found: readonly Found[], state: StackState, catalog: Catalog): Drift[] {
  const { services } = runningFrom(state, catalog);
  return differing(found, state, catalog).map((service) => {
    const held = services.find((each) => each.service === service);
    return {
      text: `${service}: the host runs ${whatRuns(service, found, catalog)}, and not ${held?.tag}`,
      byUp: true,
    };
  });
}

function whatRuns(service: string, found: readonly Found[], catalog: Catalog): string {
  const there = found.find((each) => each.service === service);
  if (there === undefined || there.state.status === "missing") return "nothing";
  const { digest } = there;
  return (digest && ownRelease(service, digest, [], catalog)) ?? "what no release in the catalog has";
}

/** Services whose builds have to be brought there first, to go back to a release. */
export async function wayBackThere(
  request: LookRequest,
  target: OpenedTarget,
  release: Release,
  limit: TimeLimit,
): Promise<Pick<WayBackStatus, "missing">> {
  // The platform fetches by itself, when it deploys.
  if (request.settings.target === "command") return {};
  const wanted = wantedOf(release, Object.keys(request.settings.services));
  const present = await asking(request, limit, async () => (await target()).present(wanted));
  return {
    missing: mapKnown(present, (there) =>
      wanted.flatMap(({ service }) => (there.includes(service) ? [] : [service])),
    ),
  };
}

/** What the host says within the limit, else why it says nothing; what it and its programs say may hold a secret. */
async function asking<Value>(
  { secrets }: LookRequest,
  limit: TimeLimit,
  ask: () => Promise<Value>,
): Promise<Known<Value>> {
  const answer = ask().catch(async (error: unknown) => {
    const known = await secrets;
    throw new Error(clean(messageOf(error), redactor(isUnknown(known) ? [] : known.hidden)));
  });
  return asker(limit)(answer);
}
