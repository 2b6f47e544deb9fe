import { nearestName } from "../settings/nearestName";
import { InvalidInput, show } from "../settings/violations";

/**
 * The services that are meant, each once.
 * @param asked none for all
 * @param known those of the stack
 * @param label project and stack
 * @throws InvalidInput for one that the stack does not have
 */
export function askedServices(asked: readonly string[], known: readonly string[], label: string): string[] {
  const all = [...new Set(known)].sort();
  const unknown = asked.filter((service) => !all.includes(service));
  if (unknown.length > 0)
    throw new InvalidInput(
      `${label} has no such service`,
      unknown.map((service) => {
        const nearest = nearestName(all, service);
        const expected =
          nearest === undefined ? `write one of ${all.join(", ")}` : `did you mean ${nearest}?`;
        return { where: "service", found: show(service), expected };
      }),
    );
  return asked.length === 0 ? all : [...new Set(asked)];
}
