import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { Review } from "../components/review";
import { stackConfiguration } from "../settings/engineConfiguration";
import { InvalidInput } from "../settings/violations";
import { readReviewStackSettings } from "./readReviewStackSettings";

/** The settings of a repository's review, and the resources that they ask for. */
function program() {
  const settings = readReviewStackSettings(stackConfiguration());
  // The provider's process reads it for itself. What the program hands over is kept in the state.
  delete process.env.GITHUB_TOKEN;
  const [owner] = settings.repository.split("/");
  const provider = new github.Provider("github", { owner, baseUrl: `${settings.api}/` });
  const review = new Review("review", { settings }, { providers: { github: provider } });
  return {
    files: review.files,
    checks: review.checks,
    environments: review.environments,
    labels: review.labels,
  };
}

/** What a person wrote wrong is told in its own words, without a stack trace. */
export = () => {
  try {
    return program();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw Object.assign(new pulumi.RunError(error.message), { stack: "" });
  }
};
