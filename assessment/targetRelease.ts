import { adviseTag, findRelease, type CatalogSurvey, type TagStanding } from "../catalog/catalog";
import type { Release } from "../catalog/release";
import { readStackState } from "../history/stackState";
import type { Settings } from "../settings/settings";
import { InvalidInput } from "../settings/violations";
import type { StandingQuestion } from "./standing";
import { tagStanding } from "./tagStanding";

/**
 * The release that the settings name. How releases stand on the stack is asked for only where they name none, to name a
 * better one.
 * @param stack as `pulumi --stack` takes it
 * @param project whose namespace the settings are in
 * @throws InvalidInput as `targetRelease` does
 */
export async function findTarget(
  survey: CatalogSurvey,
  { imageTag, ...settings }: Pick<Settings, "imageTag"> & StandingQuestion["settings"],
  { project, stack }: { project: string; stack: string },
): Promise<Release> {
  const where = `Pulumi.${stack}.yaml: ${project}:imageTag`;
  if (findRelease(survey.catalog, imageTag) !== undefined) return targetRelease(survey, imageTag, where);
  // The tag is refused whatever the state holds.
  const state = await readStackState(stack).catch(() => undefined);
  const standing =
    state && tagStanding(state, { label: `${project}/${stack}`, catalog: survey.catalog, settings });
  return targetRelease(survey, imageTag, where, standing);
}

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
