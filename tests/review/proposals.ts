import { planOf, type Plan } from "../../assessment/plan";
import type { ReviewPlace } from "../../review/place";
import type { Publication } from "../../review/publish";
import type { TestGitHub } from "../github/github";
import { back } from "../assessment/judgedStack";

/** A stack file with comments, whose stack runs v3. */
export const stackText = `encryptionsalt: v1:abc=:v1:def
config:
  # What runs. A rollback changes this line.
  knowngood:imageTag: v3 # went out on Monday
  knowngood:quarantine:
    # It lost orders.
    - tag: v0
      reason: it loses orders
`;

/** A rollback from v3 to v2, whose code breaks on what v3 renamed: refused until it is acknowledged. */
export function refusedPlan(question: Parameters<typeof back>[1] = {}): Plan {
  const settings = { protected: true, guards: { schema: "conditional" as const } };
  return { ...planOf("shop/prod", back({}, question), settings), leaves: ["v3"] };
}

export function placeOf(github: TestGitHub, more: Partial<ReviewPlace> = {}): ReviewPlace {
  return { api: github.url, repository: "acme/shop", branch: undefined, token: github.token, ...more };
}

export function publicationOf(
  file: Publication["file"],
  more: Partial<Publication> & { reason?: string } = {},
): Publication {
  const { reason = "orders fail since v3", ...rest } = more;
  return {
    proposal: { stack: "shop/prod", tag: "v2", reason, plan: refusedPlan() },
    project: "knowngood",
    file,
    preview: "Previewing update (prod):\n@anna ``` #1",
    redact: (text) => text,
    ...{ unlike: [], labels: [], reviewers: [], teamReviewers: [] },
    ...rest,
  };
}

/** The parts of a pull request that tests look at. */
export interface TestPull {
  number: number;
  title: string;
  body: string;
  state: string;
  html_url: string;
  head: { ref: string; sha: string };
  base: { ref: string };
  labels: { name: string }[];
  requested_reviewers: { login: string }[];
}

export class TestRepository {
  constructor(readonly github: TestGitHub) {}

  async pulls(): Promise<TestPull[]> {
    return (await this.github.ask("pulls?state=open")) as TestPull[];
  }

  /** The text of a file on a branch. */
  async text(path: string, branch: string): Promise<string> {
    const { content } = (await this.github.ask(`contents/${path}?ref=${branch}`)) as { content: string };
    return Buffer.from(content, "base64").toString("utf8");
  }

  /** Commits a file to a branch, as somebody does on GitHub's own page. @returns the commit */
  async write(path: string, branch: string, text: string): Promise<string> {
    const before = (await this.github.ask(`contents/${path}?ref=${branch}`).catch(() => undefined)) as
      { sha: string } | undefined;
    // PUT is not ours to send; it is GitHub's own page that does.
    const { commit } = (await this.github.ask(`contents/${path}`, "PUT", {
      ...{ message: `Change ${path}`, branch, content: Buffer.from(text).toString("base64") },
      ...(before && { sha: before.sha }),
    })) as { commit: { sha: string } };
    return commit.sha;
  }

  async commits(
    branch: string,
  ): Promise<{ sha: string; commit: { message: string }; parents: { sha: string }[] }[]> {
    return (await this.github.ask(`commits?sha=${branch}`)) as Awaited<ReturnType<TestRepository["commits"]>>;
  }

  async defaultBranch(): Promise<string> {
    return ((await this.github.ask("")) as { default_branch: string }).default_branch;
  }
}
