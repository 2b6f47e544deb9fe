import * as pulumi from "@pulumi/pulumi";
import { settledProbe } from "../gates/settledProbe";
import type { HealthRequestInput } from "../gates/healthRequest";
import type { ServiceSettings } from "../settings/serviceSettings";
import { mapValues } from "./mapValues";

type Probe = HealthRequestInput["probe"];

/** The probe for a gate, with its secrets. */
export function probeOf(
  service: ServiceSettings,
  engine: string | undefined,
  secret: (name: string) => pulumi.Output<string>,
): pulumi.Output<Probe> {
  const probe = settledProbe(service, engine);
  if (probe.kind !== "http") return pulumi.output(probe);
  const { secretHeaders, headers, ...rest } = probe;
  return pulumi
    .all([mapValues(secretHeaders, secret)])
    .apply(([hidden]) => ({ ...rest, headers: { ...headers, ...hidden } }));
}
