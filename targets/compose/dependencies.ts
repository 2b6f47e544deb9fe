import { TargetError } from "../target";
import { containersOf, type ProjectContainer } from "./containers";

interface Configuration {
  services?: Record<
    string,
    { depends_on?: Record<string, { condition?: string; required?: boolean }> } | null
  >;
}

/**
 * Services of the project that others can't do without and that don't run, in no order. One that is awaited to its end, such
 * as a run of migrations, is never among them: starting it would run it again, with whatever it does.
 * @param configuration as `compose config` prints it
 * @param names services of the release, by their names in the file
 * @throws TargetError for what is no configuration
 */
export function missingDependencies(
  configuration: string,
  names: readonly string[],
  containers: readonly ProjectContainer[],
): string[] {
  const services = servicesOf(configuration);
  const needed = new Set<string>();
  const add = (name: string) => {
    for (const [other, { condition }] of Object.entries(services[name]?.depends_on ?? {})) {
      if (condition === "service_completed_successfully" || needed.has(other) || !(other in services))
        continue;
      needed.add(other);
      add(other);
    }
  };
  names.forEach(add);
  return [...needed].filter(
    (name) =>
      !names.includes(name) &&
      !containersOf(name, containers).some(({ state }) => state.status === "running"),
  );
}

function servicesOf(configuration: string): NonNullable<Configuration["services"]> {
  try {
    return (JSON.parse(configuration) as Configuration).services ?? {};
  } catch {
    throw new TargetError("docker compose config answered something that is not JSON");
  }
}
