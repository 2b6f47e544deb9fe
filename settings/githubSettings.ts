import { z } from "zod";

const repositoryError = { error: "write the repository as OWNER/NAME" };
const apiError = { error: "write where GitHub's API answers, such as https://github.example/api/v3" };

/** A repository on GitHub, `OWNER/NAME`. */
export const githubRepository = z
  .string(repositoryError)
  .regex(/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/, repositoryError);

/** Where the API of GitHub itself answers. */
export const publicApi = "https://api.github.com";

/** Where some GitHub's API answers. */
export const githubAddress = z.url({ ...apiError, protocol: /^https?$/ });

export const githubApi = githubAddress.default(publicApi).describe("Where GitHub's API answers.");
