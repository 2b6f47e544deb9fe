import { expect } from "chai";
import { catalogMistakes } from "../../assessment/catalogMistakes";
import type { CatalogSurvey } from "../../catalog/catalog";
import type { Direction } from "../../history/running";
import { catalogOf } from "../history/states";

/** A catalog in which these releases have a mistake each. */
function withMistakes(...wrong: string[]): CatalogSurvey {
  return {
    catalog: catalogOf(),
    violations: (tags) =>
      wrong
        .filter((tag) => tags === undefined || tags.has(tag))
        .map((tag) => ({ where: `releases/${tag}.yaml`, found: "nothing", expected: "write something" })),
  };
}
const rested = { target: "v2", running: ["v3"], knownGood: ["v1", "v2"] };
const found = (survey: CatalogSurvey, direction: Direction) => catalogMistakes(survey, rested, direction);
const counts = (tag: string, direction: Direction) => {
  const { refusals, warnings } = found(withMistakes(tag), direction);
  return `${refusals.length} refused, ${warnings.length} warned`;
};

describe("mistakes in the catalog", () => {
  it("refuse where they are in the target, in what runs, or in what is known good", () => {
    for (const direction of ["forward", "same"] as const) {
      for (const tag of ["v1", "v2", "v3"])
        expect(counts(tag, direction), tag).to.equal("1 refused, 0 warned");
    }
    expect(found(withMistakes("v2", "v3"), "forward").refusals).to.deep.equal([
      "The catalog releases can't be used (2 problems):\n" +
        "  releases/v2.yaml\n    found nothing; write something\n" +
        "  releases/v3.yaml\n    found nothing; write something",
    ]);
  });

  it("warn where nothing rests on the release", () => {
    expect(counts("v9", "forward")).to.equal("0 refused, 1 warned");
    expect(found(withMistakes("v9"), "forward").warnings).to.deep.equal([
      "A mistake in the catalog, in a release on which nothing rests here. releases/v9.yaml: found nothing; write something.",
    ]);
  });

  it("bar the way back only where they are in the target", () => {
    expect(counts("v2", "rollback")).to.equal("1 refused, 0 warned");
    for (const tag of ["v1", "v3", "v9"])
      expect(counts(tag, "rollback"), tag).to.equal("0 refused, 1 warned");
  });

  it("are counted where there are many", () => {
    const three = found(withMistakes("a", "b", "c"), "forward").warnings;
    const five = found(withMistakes("a", "b", "c", "d", "e"), "forward").warnings;
    expect([three.length, five.length]).to.deep.equal([3, 4]);
    expect(five.at(-1)).to.equal("2 more mistakes in the catalog: npx knowngood release list");
  });
});
