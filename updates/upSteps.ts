import type { EngineEvent } from "@pulumi/pulumi/automation";
import { steps, type Step } from "../records/releaseRecord";

/** What an `up` is doing: the furthest of its parts that has begun, and with what. */
export interface UnderWay {
  step: Step;
  /** Name of the resource. */
  resource: string;
}

/** By the types that a resource's name is made of, outermost first. */
const stepsByType: readonly [RegExp, Step][] = [
  [/docker:index\/remoteImage:/, "images"],
  [/knowngood:index:FlagOff\$/, "flags off"],
  [/knowngood:index:Database\$/, "schema"],
  [/knowngood:index:Service\$/, "services"],
  [/knowngood:index:HealthGate\$/, "health gates"],
  [/knowngood:index:(?:CommandGate|ErrorRateGate)\$/, "other gates"],
];

/** What the engine begins with an event; undefined where it begins nothing that changes the world. */
export function begunBy({ resourcePreEvent }: EngineEvent): UnderWay | undefined {
  if (resourcePreEvent === undefined) return undefined;
  const { op, urn } = resourcePreEvent.metadata;
  const [, , types = "", resource = ""] = urn.split("::");
  const step = stepOf(types, resource);
  if (step === undefined) return undefined;
  // What stands on a container is removed from the state ahead of it; only a service is stopped by that.
  const begins = step === "services" ? /^(?:create|update|delete)/ : /^(?:create|update)/;
  return begins.test(op) ? { step, resource } : undefined;
}

/** Hooks, and what a target does, are told apart by their names alone. */
function stepOf(types: string, resource: string): Step | undefined {
  if (/knowngood:index:Hook\$/.test(types)) return /-before-/.test(resource) ? "hooks before" : "hooks after";
  if (/knowngood:index:Release\$command:local:Command$/.test(types)) {
    if (resource.endsWith("-fetch")) return "images";
    if (/-(?:stop|switch)$/.test(resource)) return "services";
  }
  return stepsByType.find(([pattern]) => pattern.test(types))?.[1];
}

/** Parts run side by side, and a component is registered before its parts: what is told never goes back. */
export function furthest(known: UnderWay | undefined, next: UnderWay | undefined): UnderWay | undefined {
  if (known === undefined || next === undefined) return next ?? known;
  return steps.indexOf(next.step) >= steps.indexOf(known.step) ? next : known;
}
