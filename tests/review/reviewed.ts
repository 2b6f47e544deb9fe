import { readReviewStackSettings } from "../../review/readReviewStackSettings";
import type { ReviewStackSettings } from "../../review/reviewStackSettings";

/** A repository with a stack of each kind. */
export const goodReview = {
  repository: "acme/shop",
  stacks: {
    prod: { environment: "production", reviewers: ["anna", "acme/operators"], owners: ["acme/operators"] },
    test: {},
  },
};

/** Settings as `review/Pulumi.acme.yaml` says them. */
export function reviewStackSettings(
  settings: Record<string, unknown> = {},
  secretKeys: readonly string[] = [],
): ReviewStackSettings {
  const entries = Object.entries({ ...goodReview, ...settings }).filter(([, value]) => value !== undefined);
  return readReviewStackSettings({
    project: "knowngood-review",
    stack: "acme",
    values: Object.fromEntries(
      entries.map(([key, value]) => [
        `knowngood-review:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    secretKeys: secretKeys.map((key) => `knowngood-review:${key}`),
  });
}
