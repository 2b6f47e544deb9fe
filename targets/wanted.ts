import { fromOf, toldApart } from "../catalog/build";
import type { Catalog } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import type { Wanted } from "./target";

/** What a release brings the services to; those that it does not have are left out. */
export function wantedOf(release: Release, services: readonly string[]): Wanted[] {
  return services.flatMap((service) => {
    const build = release.services[service];
    if (build === undefined) return [];
    const { tag, commit } = release;
    return [
      {
        ...{ service, release: tag, digest: build.digest, from: fromOf(build) },
        kind: toldApart(build).kind,
        ...(commit !== undefined && { commit }),
      },
    ];
  });
}

/** What the services may run: their builds in every release, the newest last. */
export function everyWanted(catalog: Catalog, services: readonly string[]): Wanted[] {
  return catalog.releases.flatMap((release) => wantedOf(release, services));
}
