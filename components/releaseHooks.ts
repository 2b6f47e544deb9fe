import * as pulumi from "@pulumi/pulumi";
import { goesWithout } from "../assessment/breakGlass";
import { recordedChanges } from "../history/recordedChanges";
import type { HookSettings } from "../settings/commandSettings";
import { Hook } from "./hook";
import { mapValues } from "./mapValues";
import type { ReleaseArgs } from "./release";
import { byService, containerIds, type CheckedRelease } from "./releaseGates";
import { telling, type Telling } from "./told";
import { digestOf } from "./whatRuns";

/**
 * The hooks before the services change, one after the other. What must not change before they have run waits for the
 * last of them.
 * @param runAfter what must be there before anything is prepared: every image
 * @param start whether the services are started, or stay stopped
 */
export function hooksBefore(
  name: string,
  parent: pulumi.Resource,
  args: ReleaseArgs,
  runAfter: Promise<pulumi.Resource[]>,
  start: boolean,
): Hook[] {
  const { settings, secret, assessment } = args;
  if (goesWithout(assessment.breakGlass, "hooks")) return [];
  const changedWith = servicesSecrets(args);
  return oneAfterTheOther(settings.hooks.before, (hook, previous) => {
    const resource = `${name}-before-${hook.name}`;
    const triggers = [whatServicesAre(args, start), changeNumber(args, `${resource}-run`)];
    return new Hook(
      resource,
      {
        ...hook,
        when: "before",
        secrets: mapValues(hook.secrets, secret),
        ...hookTelling(args, `${resource}-run`),
        rerunOn: triggers,
        ...(changedWith && { changedWith }),
        runAfter: previous === undefined ? runAfter : [previous.run],
      },
      { parent },
    );
  });
}

/**
 * The hooks after the services changed, one after the other, once the services are healthy; none where they stay
 * stopped.
 */
export function hooksAfter(
  { name, parent, args, services }: CheckedRelease,
  runAfter: pulumi.Resource[],
): Hook[] {
  if (Object.keys(services).length === 0 || goesWithout(args.assessment.breakGlass, "hooks")) return [];
  const ids = containerIds(services);
  return oneAfterTheOther(args.settings.hooks.after, (hook, previous) => {
    const resource = `${name}-after-${hook.name}`;
    return new Hook(
      resource,
      {
        ...hook,
        when: "after",
        secrets: mapValues(hook.secrets, args.secret),
        ...hookTelling(args, `${resource}-run`),
        rerunOn: ids,
        runAfter: previous === undefined ? runAfter : [previous.run],
      },
      { parent },
    );
  });
}

function oneAfterTheOther(
  settings: readonly HookSettings[],
  declare: (hook: HookSettings, previous: Hook | undefined) => Hook,
): Hook[] {
  return settings.reduce<Hook[]>((hooks, hook) => [...hooks, declare(hook, hooks.at(-1))], []);
}

/** A hook that fails names break-glass, which is to keep what the `up` goes on without already. */
function hookTelling(args: ReleaseArgs, resource: string): Telling {
  const { told, before } = telling(args, resource);
  const breakGlass = args.assessment.breakGlass && args.settings.breakGlass;
  return { told: { ...told, ...(breakGlass && { breakGlass }) }, ...(before && { before }) };
}

/**
 * What of the settings and the release makes the services what they are, without secrets, as one short text. How they
 * are probed is no part of it.
 */
function whatServicesAre({ prefix, settings, assessment }: ReleaseArgs, start: boolean): string {
  const services = Object.entries(byService(settings, assessment)).map(([name, [service, move]]) => [
    name,
    move.to.digest,
    { ...service, health: undefined },
  ]);
  return digestOf([prefix, settings.docker.host ?? "", start, services]);
}

/**
 * Counts the changes that no setting shows: a step-down, a container that is gone or stopped, a network that is gone.
 * They have to be foreseen, since the engine replaces services only after this has run.
 */
function changeNumber(
  { assessment, absent = [], networkLost, recordedTellings = {} }: ReleaseArgs,
  run: string,
): string {
  const before = recordedChanges(recordedTellings[run]);
  const changes = absent.length > 0 || networkLost === true || assessment.stepDown?.active === true;
  return `change ${changes ? before + 1 : before}`;
}

/** The services' secrets; undefined where they have none. */
function servicesSecrets({ settings, secret }: ReleaseArgs): pulumi.Output<string[]> | undefined {
  const names = Object.values(settings.services).flatMap(({ secrets }) => Object.values(secrets));
  if (names.length === 0) return undefined;
  return pulumi.all([...new Set(names)].sort().map(secret));
}
