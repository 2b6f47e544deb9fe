import { readFileSync } from "node:fs";
import { z } from "zod";
import { InvalidInput } from "../settings/violations";

/** A pull request's newest commit as an event tells of it. */
export interface EventPullRequest {
  number: number;
  head: string;
}

const event = z.object({
  pull_request: z.object({
    number: z.number(),
    head: z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) }),
  }),
});

/**
 * The pull request that GitHub Actions runs a job for.
 * @throws InvalidInput where it runs none for one
 */
export function eventPullRequest(
  environment: Readonly<Record<string, string | undefined>>,
): EventPullRequest {
  const file = environment.GITHUB_EVENT_PATH;
  let found: unknown;
  try {
    found = file ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  } catch {
    found = undefined;
  }
  const told = event.safeParse(found);
  if (told.success) return { number: told.data.pull_request.number, head: told.data.pull_request.head.sha };
  throw new InvalidInput("Which pull request is meant is not clear", [
    {
      where: "GITHUB_EVENT_PATH",
      found: file ? "an event of no pull request" : "nothing",
      expected: "name it: npx knowngood review check --pull-request NUMBER",
    },
  ]);
}
