import * as pulumi from "@pulumi/pulumi";
import { imageOf, imageReference } from "../catalog/build";
import { moveEnvironment } from "../gates/move";
import type { RunnerPlace, RunnerRequest } from "../migrations/runner/request";
import { runnerService, type RunnerSettings } from "../settings/runnerSettings";
import { hostedPlace } from "./hostedPlace";
import { mapValues } from "./mapValues";
import type { ReleaseArgs } from "./release";
import { telling } from "./told";

/** The user's own command that applies migrations; its secrets by environment variable. */
export interface DatabaseRunner extends Omit<RunnerRequest, "redact" | "where"> {
  where: pulumi.Input<RunnerPlace>;
  /** The variable in which it finds the database's URL, unless a secret sets another. */
  urlVariable: string;
  /** Count more than what is in clear. */
  secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What applies the target's migrations; undefined where that is dbmate. */
export function databaseRunner(
  args: ReleaseArgs,
  runner: RunnerSettings | undefined,
): DatabaseRunner | undefined {
  if (runner === undefined) return undefined;
  const { settings, secret } = args;
  const { up, within, urlVariable } = runner;
  const service = runnerService(runner, settings.services);
  const own = service === undefined ? undefined : settings.services[service];
  const where = runner.in === "host" ? onHost(args) : placeOf(args, service);
  // Refused long before where something is pending.
  if (where === undefined) return undefined;
  const { move } = telling(args, "").told;
  return {
    ...{ up, within, where, urlVariable },
    env: { ...own?.env, ...moveEnvironment(move), ...runner.env },
    secrets: mapValues({ ...own?.secrets, ...runner.secrets }, secret),
  };
}

/** The settings are checked: the target has a folder on a host. */
function onHost(args: ReleaseArgs): pulumi.Output<RunnerPlace> {
  return hostedPlace(args).apply((place): RunnerPlace => {
    if (place.kind !== "compose") throw new Error(`the target ${place.kind} has no folder on a host`);
    const { host, project } = place;
    return { kind: "host", ...(host && { host }), folder: project.folder };
  });
}

/** Undefined where the target has no image of the service. */
function placeOf(
  { stack, prefix, settings, assessment }: ReleaseArgs,
  service: string | undefined,
): RunnerPlace | undefined {
  if (service === undefined) return { kind: "here" };
  const own = settings.services[service];
  const image = imageOf(assessment.target.services[service]);
  if (own === undefined || image === undefined) return undefined;
  const { host } = settings.docker;
  return {
    kind: "image",
    ...{ image: imageReference(image), service, name: `${prefix}-migrate`, stack },
    networks: [prefix, ...own.networks],
    mounts: own.volumes.map(({ volume, host: folder, container, readOnly }) => ({
      source: folder ?? `${prefix}-${volume ?? ""}`,
      target: container,
      readOnly,
    })),
    ...(host !== undefined && { engine: host }),
    ...(own.entrypoint && { entrypoint: own.entrypoint }),
    ...(own.user !== undefined && { user: own.user }),
  };
}

/** As it is handed over on standard input. */
export function runnerRequest(
  { urlVariable, secrets, env, where, ...rest }: DatabaseRunner,
  url: string,
): pulumi.Output<RunnerRequest> {
  return pulumi.all([pulumi.output(where), pulumi.all(secrets)]).apply(([place, given]) => ({
    ...rest,
    where: place,
    env: { [urlVariable]: url, ...env, ...given },
    redact: Object.values(given),
  }));
}
