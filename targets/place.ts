import type { Host } from "../hosts/host";
import type { CommandPlace } from "./command/place";
import type { ComposePlace } from "./compose/place";
import type { SymlinkPlace } from "./symlink/place";
import type { SystemdPlace } from "./systemd/place";

/** Where and how a stack's services run, as plain data: what a command that works there is told on standard input. */
export type Place = CommandPlace | ComposePlace | SymlinkPlace | SystemdPlace;

/** How a person gets to where services run; undefined for this machine, in the project's folder. */
export function hostOf(place: Place & { host?: Host }): string | undefined {
  return place.host && `ssh ${place.host.address}`;
}
