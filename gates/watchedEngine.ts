import { dockerEngine, type Engine } from "./engine";
import type { HealthRequest } from "./healthRequest";
import type { HostedOn } from "../targets/hostedOn";

/** What tells of the service's state: a container engine, or its target; undefined where none is watched. */
export async function watchedEngine(
  { container }: Pick<HealthRequest, "container">,
  signal: AbortSignal,
): Promise<Engine | undefined> {
  if (container === undefined) return undefined;
  if (container.hosted === undefined) return dockerEngine(container.engine, signal);
  // Only where it is asked for: a gate of a container must not wait for it to load.
  const [{ targetEngine }, { openTarget }] = await Promise.all([
    import("../targets/targetEngine"),
    import("../targets/openTarget"),
  ]);
  const { place, known } = container.hosted as unknown as HostedOn;
  return targetEngine(() => openTarget(place, signal), known);
}
