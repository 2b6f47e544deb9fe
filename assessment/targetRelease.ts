import { adviseTag, findRelease, type CatalogSurvey, type TagStanding } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { InvalidInput } from "../settings/violations";

/**
 * The release that `imageTag` names.
 * @param where the setting's place, such as `Pulumi.prod.yaml: knowngood:imageTag`
 * @param standing how releases stand on the stack. @default not known
 * @throws InvalidInput for a tag whose file can't be read, with what is wrong in it; for one that the catalog does not
 *   have, with the nearest ones and how to add it
 */
export function targetRelease(
  { catalog, violations }: CatalogSurvey,
  tag: string,
  where: string,
  standing?: TagStanding,
): Release {
  const release = findRelease(catalog, tag);
  if (release !== undefined) return release;
  const own = violations(new Set([tag]));
  if (own.length > 0) throw new InvalidInput(`The release ${tag} can't be used, so nothing was touched`, own);
  throw new InvalidInput(`The release ${tag} is not in the catalog, so nothing was touched`, [
    {
      where,
      found: JSON.stringify(tag),
      expected: `${adviseTag(catalog, tag, standing)}; to add this one: npx knowngood release add ${tag} --help`,
    },
  ]);
}
