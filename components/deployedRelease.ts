import * as pulumi from "@pulumi/pulumi";
import { deployedReleaseType, withKnownGood, type KnownGood } from "../history/knownGood";
import type { AssessedRelease } from "./assessedRelease";
import { DeployedService } from "./deployedService";
import { Quarantine } from "./quarantine";

/** A gate that has passed says when. */
export interface PassedGate {
  readonly report: pulumi.Output<{ passedAt: string }>;
}

export interface DeployedReleaseArgs {
  release: AssessedRelease;
  /**
   * By service, what is another text whenever what runs was replaced, and known once it is there: a container's id, the
   * ARN of a task definition, a Deployment's `metadata.generation`, a Nomad job's modify index.
   */
  runs: Readonly<Record<string, pulumi.Input<string>>>;
  /** All gates of the release: once they have passed it is known good. At least one. */
  gates: readonly PassedGate[];
}

/**
 * Remembers what the user's own program deployed: which release each service runs, which is quarantined, and which is known
 * good. The next assessment reads it back from the stack's state. One for each stack.
 * @throws ResourceError where a service is missing or too many, or there is no gate
 */
export class DeployedRelease extends pulumi.ComponentResource {
  /** The known-good releases, newest first; this one is among them once its gates have passed. */
  readonly knownGood: pulumi.Output<KnownGood[]>;

  constructor(
    name: string,
    { release, runs, gates }: DeployedReleaseArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(deployedReleaseType, name, {}, options);
    const wrong = wrongArgs(release.services, Object.keys(runs), gates);
    if (wrong.length > 0) throw new pulumi.ResourceError(`${name}: ${wrong.join("; ")}`, this, true);
    for (const service of release.services)
      new DeployedService(
        `${name}-${service}`,
        { service, release: release.tag, digest: release.digest(service), instance: runs[service] ?? "" },
        { parent: this },
      );
    const { quarantine, knownGood, target } = release.assessment;
    const deployed = pulumi.all(runs);
    new Quarantine(
      `${name}-quarantine`,
      { memory: quarantine.memory, rememberAfter: deployed },
      { parent: this },
    );
    this.knownGood = pulumi.all([deployed, ...gates.map(({ report }) => report)]).apply(([, ...reports]) => {
      const times = reports.map((report) => (report as { passedAt: string }).passedAt);
      return withKnownGood(knownGood, { tag: target.tag, passedAt: times.sort().at(-1) ?? "" });
    });
    this.registerOutputs({ knownGood: this.knownGood });
  }
}

/** Everything that is wrong at once. */
function wrongArgs(
  services: readonly string[],
  running: readonly string[],
  gates: readonly PassedGate[],
): string[] {
  const missing = services.filter((service) => !running.includes(service));
  const unknown = running.filter((service) => !services.includes(service));
  return [
    ...missing.map((service) => `write in runs what ${service} runs as`),
    ...unknown.map(
      (service) => `${service} in runs was not assessed: name it in the services of assessRelease`,
    ),
    ...(gates.length === 0
      ? ["name at least one gate: a release that nothing has checked is not known good"]
      : []),
  ];
}
