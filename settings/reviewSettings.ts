import { z } from "zod";
import { githubAddress, githubRepository } from "./githubSettings";
import { listOf, structure, text, wholeNumber } from "./values";

const branchError = { error: "write the name of a branch, such as main" };

/** Where a change of release is proposed and reviewed. */
export const review = structure(
  {
    repository: githubRepository.describe(
      "Repository on GitHub, `OWNER/NAME`, in which this stack file lies and a change of release is reviewed.",
    ),
    api: githubAddress
      .optional()
      .describe(
        "Where GitHub's API answers, by https; by default what `GITHUB_API_URL` says, else https://api.github.com. In GitHub Actions, its own word decides, and another one here is refused.",
      ),
    branch: z
      .string(branchError)
      .regex(/^[^\s~^:?*[\\]+$/, branchError)
      .optional()
      .describe(
        "Branch that is deployed from, and that pull requests are for; by default the repository's default branch, whatever it is called at the time.",
      ),
    app: wholeNumber(1, Number.MAX_SAFE_INTEGER, "the number of an app on GitHub")
      .optional()
      .describe(
        "Number of the app on GitHub whose checks a deployment goes by, where `knowngood review check` is given a token of an app of your own; by default GitHub Actions'.",
      ),
    reviewers: listOf(
      text("write the name of an account on GitHub"),
      "write a list of accounts on GitHub, such as [anna]",
    )
      .default([])
      .describe("Accounts that are asked for a review of what is proposed."),
    teamReviewers: listOf(
      text("write the name of a team, without its organisation"),
      "write a list of teams, such as [on-call]",
    )
      .default([])
      .describe("Teams of the repository's organisation that are asked for a review."),
    labels: listOf(text("write the name of a label"), "write a list of labels' names, such as [rollback]")
      .default([])
      .describe("Labels of the pull request."),
  },
  "write where it is reviewed as a map, such as {repository: acme/shop, reviewers: [anna]}",
);
