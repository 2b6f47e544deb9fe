import type { z } from "zod";
import { fieldsOf, type Complain } from "./asWritten";
import { commandEnvironment, commandWords } from "./commandValues";
import { checkEnvironment } from "./serviceRules";
import { choice, environmentName, resourceName, seconds, structure } from "./values";

const places = ["image", "host", "here"] as const;

/** The user's own command that applies migrations. */
export const runner = structure(
  {
    in: choice(places).describe(
      "Where it is run: `image` (a container of the target's own image, gone afterwards, on the stack's network), `host` (on the host of a `compose` target, in its project's folder, before services change), or `here` (on this machine, in the project's folder).",
    ),
    up: commandWords('write the command as a list, such as ["alembic", "upgrade", "head"]').describe(
      "The program and its arguments that apply all that is pending, without a shell; in `image`, what follows the image's entrypoint. Told what for like a hook: KNOWNGOOD_DIRECTION, KNOWNGOOD_STACK, KNOWNGOOD_FROM and KNOWNGOOD_TO.",
    ),
    service: resourceName
      .optional()
      .describe(
        "Service whose image, environment, secrets, networks, volumes, user and entrypoint it is run with in `image`; by default the only one.",
      ),
    within: seconds(1, 86_400).default(600).describe("Seconds until it is stopped, with all its children."),
    urlVariable: environmentName
      .default("DATABASE_URL")
      .describe(
        "Environment variable in which it finds the database's URL; `secrets` can set another value, such as the address that a container has to use.",
      ),
    ...commandEnvironment,
  },
  'write the runner as a map, such as {in: image, up: ["alembic", "upgrade", "head"]}',
);

export type RunnerSettings = z.output<typeof runner>;

/** What the runner's settings mean beside the others. */
export function checkRunner(settings: unknown, complain: Complain): void {
  const { database, target = "docker", services } = fieldsOf(settings);
  const own = fieldsOf(database).runner;
  if (own === undefined) return;
  const { in: place, service } = fieldsOf(own);
  const tell: Complain = (path, ...told) => complain(["database", "runner", ...path], ...told);
  checkEnvironment(own, tell);
  if (place === "host" && target !== "compose")
    tell(["in"], `write image or here: the target ${String(target)} has no folder on a host`);
  if (place !== "image") {
    if (service !== undefined) tell(["service"], "remove it: only a runner in `image` is a service's");
    return;
  }
  const names = Object.keys(fieldsOf(services));
  if (target !== "docker")
    tell(["in"], `write host or here: with target ${String(target)} the stack runs no containers of its own`);
  else if (service === undefined && names.length > 1)
    tell(["service"], `name the service whose image has the runner: one of ${names.join(", ")}`, "nothing");
  else if (typeof service === "string" && !names.includes(service))
    tell(["service"], `write a service of the stack: one of ${names.join(", ")}`);
}

/** The service whose image a runner is run in; undefined where it is run elsewhere. */
export function runnerService(
  { in: place, service }: Pick<RunnerSettings, "in" | "service">,
  services: Readonly<Record<string, unknown>>,
): string | undefined {
  return place === "image" ? (service ?? Object.keys(services)[0]) : undefined;
}
