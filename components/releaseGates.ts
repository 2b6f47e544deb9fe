import type * as pulumi from "@pulumi/pulumi";
import type { Assessment, ServiceMove } from "../assessment/assessment";
import { goesWithout } from "../assessment/breakGlass";
import { successSpacing } from "../gates/healthDecision";
import type { ServiceSettings } from "../settings/serviceSettings";
import type { Settings } from "../settings/settings";
import { CommandGate } from "./commandGate";
import { HealthGate } from "./healthGate";
import { probeOf } from "./healthProbe";
import { mapValues } from "./mapValues";
import type { ReleaseArgs } from "./release";
import type { ReleasedService } from "./releasedService";
import { goBack, telling } from "./told";

/** A release whose services are there, to be checked. */
export interface CheckedRelease {
  /** What the gates' names begin with. */
  name: string;
  parent: pulumi.Resource;
  args: ReleaseArgs;
  /** Empty where the services stay stopped: there is nothing to be asked. */
  services: Readonly<Record<string, ReleasedService>>;
}

/** A gate for each service, once every container is there; all run again when one of the containers is replaced. */
export function healthGates({ name, parent, args, services }: CheckedRelease): Record<string, HealthGate> {
  const { settings, assessment, stack, secret } = args;
  const ids = containerIds(services);
  const containers = Object.values(services).map(({ container }) => container);
  const declared = Object.entries(byService(settings, assessment)).filter(([service]) => services[service]);
  return mapValues(Object.fromEntries(declared), ([service, move], serviceName) => {
    const { health } = service;
    return new HealthGate(
      `${name}-${serviceName}-health`,
      {
        stack,
        service: serviceName,
        release: move.to.tag,
        digest: move.to.digest,
        ...watched(serviceName, services[serviceName], settings),
        probe: probeOf(service, settings.docker.host, secret),
        within: health?.within ?? settings.gates.health.within,
        every: health?.every ?? settings.gates.health.every,
        successes: health?.successes ?? usualSuccesses(service, settings),
        timeout: health?.timeout ?? settings.gates.health.timeout,
        records: settings.record.folder,
        ...goBack(args),
        redact: [...Object.values(service.secrets), ...Object.values(health?.secretHeaders ?? {})].map(
          secret,
        ),
        // One service replaced can make another sick, so all are asked again.
        rerunOn: ids,
        runAfter: containers,
      },
      { parent },
    );
  });
}

/**
 * The commands that judge a release, side by side. One that is left out is none of the stack's, so that it is made, and
 * run, by the next `up` that asks it.
 * @param runAfter what makes the services fit to be judged: their health gates, and the hooks after their change
 */
export function commandGates(
  { name, parent, args, services }: CheckedRelease,
  runAfter: pulumi.Resource[],
): Record<string, CommandGate> {
  if (Object.keys(services).length === 0 || goesWithout(args.assessment.breakGlass, "commands")) return {};
  const ids = containerIds(services);
  return mapValues(args.settings.gates.commands, ({ secrets, ...gate }, gateName) => {
    const resource = `${name}-gate-${gateName}`;
    return new CommandGate(
      resource,
      {
        ...gate,
        name: gateName,
        secrets: mapValues(secrets, args.secret),
        // Another release is judged anew, also where it has the same containers.
        ...telling(args, `${resource}-check`, ({ move }) => move.to === args.assessment.target.tag),
        rerunOn: ids,
        runAfter,
      },
      { parent },
    );
  });
}

/** Where a service's state is looked at, and under which name. */
function watched(name: string, service: ReleasedService | undefined, { docker }: Settings) {
  if (service?.hosted !== undefined) return { containerId: name, hosted: service.hosted };
  return { containerId: service?.containerId ?? "", engine: docker.host };
}

export function containerIds(services: Readonly<Record<string, ReleasedService>>): pulumi.Output<string>[] {
  return Object.values(services).map(({ containerId }) => containerId);
}

/** The declared services that the target has, each with its settings and its move. */
export function byService(
  settings: Settings,
  assessment: Assessment,
): Record<string, [ServiceSettings, ServiceMove]> {
  return Object.fromEntries(
    assessment.services.flatMap((move) => {
      const service = settings.services[move.service];
      return service === undefined ? [] : [[move.service, [service, move]]];
    }),
  );
}

/** Looks at a container that only has to run: at a quarter of a second each, three seconds without a restart. */
const looksAtState = 12;

/** A service that answers is asked a few times; one that can only be seen to run could be between two crashes. */
function usualSuccesses({ health }: ServiceSettings, { gates }: Settings): number {
  const answers = [health?.path, health?.url, health?.tcp, health?.exec].some((probe) => probe !== undefined);
  if (answers) return gates.health.successes;
  // A gate with little time keeps half of it for the start; more looks than fit could never pass.
  const within = health?.within ?? gates.health.within;
  const fitting = Math.floor(within / 2 / successSpacing);
  return Math.max(gates.health.successes, Math.min(looksAtState, fitting));
}
