import type { Catalog } from "../../catalog/catalog";
import type { Migration, Release } from "../../catalog/release";
import type { QuarantineMemory } from "../../history/quarantine";
import type { StackState, StateResource } from "../../history/stackState";

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

export const migration = (version: string): Migration => ({
  version,
  name: `m${version}`,
  sha256: version.repeat(64).slice(0, 64),
});

/** A release of these services, each with its digest's letter. */
export function release(
  tag: string,
  order: number,
  services: Record<string, string>,
  migrations: readonly string[] = [],
): Release {
  return {
    tag,
    order,
    time: new Date(Date.UTC(2026, 0, order)).toISOString(),
    services: Object.fromEntries(
      Object.entries(services).map(([name, letter]) => [
        name,
        { repository: `acme/${name}`, digest: digest(letter) },
      ]),
    ),
    migrations: migrations.map(migration),
    flags: [],
  };
}

export const catalogOf = (...releases: Release[]): Catalog => ({ folder: "releases", releases });

/** A service as a state holds it: its container, and, once that was there, the release that it was brought to. */
export function serviceInState(
  service: string,
  letter: string,
  createdAs: string | undefined,
  broughtTo?: string,
): StateResource[] {
  const label = (name: string, value: string) => ({ label: `knowngood.${name}`, value });
  return [
    {
      urn: `urn:${service}-container`,
      type: "docker:index/container:Container",
      id: `${service}-id`,
      inputs: {
        labels: [
          label("service", service),
          label("digest", digest(letter)),
          ...(createdAs === undefined ? [] : [label("release", createdAs)]),
        ],
      },
    },
    ...(broughtTo === undefined
      ? []
      : [
          {
            urn: `urn:${service}`,
            type: "knowngood:index:Service",
            outputs: { service, release: broughtTo, containerName: `shop-${service}` },
          },
        ]),
  ];
}

export const stateOf = (...resources: StateResource[]): StackState => ({ resources, pending: [] });

/** The stack with its known-good releases. */
export const stackInState = (knownGood: unknown): StateResource => ({
  urn: "urn:stack",
  type: "pulumi:pulumi:Stack",
  outputs: { knownGood },
});

/** What the state remembers of bad releases, and of the newest move. */
export const memoryInState = (memory: QuarantineMemory): StateResource => ({
  urn: "urn:quarantine",
  type: "knowngood:index:Quarantine",
  outputs: { memory },
});

/** The schema's command, as it ran for a head. */
export const schemaInState = (head: unknown, stdout: unknown): StateResource => ({
  urn: "urn:schema",
  type: "command:local:Command",
  id: "s",
  inputs: { environment: { KNOWNGOOD_SCHEMA_HEAD: head } },
  outputs: { stdout },
});

/** What the state remembers of break-glass. */
export const glassInState = (owed: unknown): StateResource => ({
  urn: "urn:glass",
  type: "knowngood:index:BreakGlass",
  outputs: { memory: owed === undefined ? {} : { owed } },
});
