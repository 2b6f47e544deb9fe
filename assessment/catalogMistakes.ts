import type { CatalogSurvey } from "../catalog/catalog";
import type { Direction } from "../history/running";
import { formatViolations, type Violation } from "../settings/violations";

/** The releases that an `up` rests on. */
export interface RestedOn {
  target: string;
  /** What the services run now. */
  running: readonly string[];
  knownGood: readonly string[];
}

/** Mistakes that are told one by one; more are counted. */
const toldSingly = 3;

/**
 * What to do about mistakes in the catalog's files. Those of a release that the `up` rests on refuse it; on the way
 * back only those of the target do, as the way to it must not be barred by another release. All others warn.
 */
export function catalogMistakes(
  { catalog, violations }: CatalogSurvey,
  { target, running, knownGood }: RestedOn,
  direction: Direction,
): { refusals: string[]; warnings: string[] } {
  const tags = direction === "rollback" ? [target] : [target, ...running, ...knownGood];
  const inTheWay = violations(new Set(tags));
  const places = new Set(inTheWay.map(({ where }) => where));
  const others = violations().filter(({ where }) => !places.has(where));
  return {
    refusals:
      inTheWay.length === 0
        ? []
        : [formatViolations(`The catalog ${catalog.folder} can't be used`, inTheWay)],
    warnings: [
      ...others.slice(0, toldSingly).map(warning),
      ...(others.length > toldSingly
        ? [`${others.length - toldSingly} more mistakes in the catalog: npx knowngood release list`]
        : []),
    ],
  };
}

function warning({ where, found, expected }: Violation): string {
  return `A mistake in the catalog, in a release on which nothing rests here. ${where}: found ${found}; ${expected}.`;
}
