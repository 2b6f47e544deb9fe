import type { Place } from "./place";
import type { Target } from "./target";

/**
 * The target of a place. Only the one that is asked for is loaded: a gate waits for it.
 * @param signal ends what is under way there
 */
export async function openTarget(place: Place, signal: AbortSignal): Promise<Target> {
  switch (place.kind) {
    case "command":
      return (await import("./command/target")).open(place, signal);
    case "compose":
      return (await import("./compose/composeTarget")).composeTarget(place.project, place.host, { signal });
    case "systemd":
      return (await import("./systemd/target")).open(place, signal);
    case "symlink":
      return (await import("./symlink/target")).open(place, signal);
    default:
      return place satisfies never;
  }
}
