import { containerType } from "./running";
import type { StackState } from "./stackState";
import type { NamedObject } from "./strays";

/**
 * Services of which the engine does not run the container that the state holds: it was removed, stopped by hand, or
 * another stands under its name. One that was left stopped on purpose is as it should be. The next update makes them anew.
 * @param containers what the engine has under the services' names
 * @param nameOf a service's container's name
 */
export function absentServices(
  services: readonly string[],
  containers: readonly NamedObject[],
  state: StackState,
  nameOf: (service: string) => string,
): string[] {
  const held = new Map(
    state.resources.filter(({ type }) => type === containerType).map((one) => [one.id, one]),
  );
  return services.filter((service) => {
    const found = containers.find(({ name }) => name === nameOf(service));
    const known = found && held.get(found.id);
    return known === undefined || (found?.running === false && known.inputs?.start !== false);
  });
}
