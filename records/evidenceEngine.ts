import { dockerEngine, type Engine } from "../gates/engine";
import type { Catalog } from "../catalog/catalog";
import type { RunningService } from "../history/running";
import type { Settings } from "../settings/settings";
import { openTarget } from "../targets/openTarget";
import { placeOf } from "../targets/placeOf";
import { targetEngine } from "../targets/targetEngine";
import { everyWanted } from "../targets/wanted";

/**
 * What tells of the services that run, by their containers' ids, whatever they run on.
 * @param running what the state holds
 * @param secret the text of a secret setting
 * @param signal ends what is under way
 */
export function evidenceEngine(
  settings: Settings,
  running: readonly RunningService[],
  catalog: Catalog,
  secret: (name: string) => string,
  signal: AbortSignal,
): Pick<Engine, "inspectAll" | "logs"> {
  const place = placeOf(settings, secret);
  if (place === undefined) return dockerEngine(settings.docker.host, signal);
  const known = everyWanted(
    catalog,
    running.map(({ service }) => service),
  );
  const engine = targetEngine(() => openTarget(place, signal), known);
  // Elsewhere than on a container engine a service goes by its name.
  const nameOf = (id: string) => running.find(({ containerId }) => containerId === id)?.service ?? id;
  return {
    async inspectAll(ids, timeoutMs) {
      const states = await engine.inspectAll(ids.map(nameOf), timeoutMs);
      return new Map(
        ids.flatMap((id) => {
          const state = states.get(nameOf(id));
          return state === undefined ? [] : [[id, state] as const];
        }),
      );
    },
    logs: (id, lines, timeoutMs) => engine.logs(nameOf(id), lines, timeoutMs),
  };
}
