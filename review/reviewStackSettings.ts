import { z } from "zod";
import { fieldsOf, itemsOf, rule, type Complain } from "../settings/asWritten";
import { githubApi, githubRepository } from "../settings/githubSettings";
import { environmentName, listOf, mapOf, structure, text, truthValue, wholeNumber } from "../settings/values";

/** A stack's name: also the id of a job, and a part of a check's name. */
const stackName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, {
  error: "write a stack's name of letters, digits, dashes and underscores, not beginning with a digit",
});

const branchName = z
  .string({ error: "write a branch's name" })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, { error: "write a branch's name, without wildcards" });

const reviewerError = { error: "write a user, such as anna, or a team, such as acme/operators" };
const reviewer = z
  .string(reviewerError)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\/[A-Za-z0-9_.-]+)?$/, reviewerError);

const githubNameError = {
  error:
    "write the name under which GitHub keeps it: letters, digits and underscores, such as PULUMI_BACKEND_URL",
};
const githubName = z.string(githubNameError).regex(/^(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*$/i, githubNameError);

/** A variable that a step's commands may be given: not one that they, the runner or the shell live by. */
const givenVariable = environmentName.regex(
  /^(?!(?:GITHUB|RUNNER|ACTIONS|KNOWNGOOD|LD|NODE|NPM)_|(?:STACK|PATH|HOME|CI|BASH_ENV|ENV|IFS|SHELLOPTS)$)/i,
  { error: "write a variable that neither the runner nor the workflow's own steps set" },
);

const environmentWord = z
  .string({ error: "write an environment's name" })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
    error: "write an environment's name of letters, digits, dots, dashes and underscores",
  });

const stack = structure(
  {
    environment: environmentWord
      .optional()
      .describe("Environment on GitHub that its deployments run in, which alone may hold their secrets."),
    reviewers: listOf(reviewer, "write a list of users and teams")
      .max(6, { error: "write six at most: GitHub takes no more" })
      .default([])
      .describe(
        "Users (`anna`) and teams (`acme/operators`) of whom one must approve each deployment. Needs `environment`.",
      ),
    selfReview: truthValue
      .default(false)
      .describe("Whether who merged may be the one who approves the deployment. Needs `reviewers`."),
    owners: listOf(reviewer, "write a list of users and teams")
      .default([])
      .describe("Users and teams of whom one must approve each change of the stack file: its code owners."),
  },
  "write the stack's environment, reviewers and owners, or {}",
);

const label = structure(
  {
    color: z
      .string()
      .regex(/^[0-9a-f]{6}$/, {
        error: 'write six lower-case hexadecimal digits in quotes, such as "b60205"',
      })
      .describe("Its colour, six hexadecimal digits."),
    description: text("write a sentence")
      .max(100, { error: "write 100 characters at most" })
      .describe("What it means."),
  },
  "write color and description",
);

const aws = structure(
  {
    deployRole: githubName.describe(
      "GitHub variable with the ARN of the role that deployments take, by OIDC: no key is kept.",
    ),
    readRole: githubName.describe(
      "GitHub variable with the ARN of the role that previews and nightly runs take. It only needs to read the state: whoever may push a branch can take it.",
    ),
    region: z
      .string({ error: "write a region, such as eu-central-1" })
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error: "write a region, such as eu-central-1" })
      .describe("AWS region of the backend."),
  },
  "write deployRole, readRole and region",
);

const labels = listOf(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "write a runner's label" }),
  "write a list of labels",
).min(1, { error: "write at least one label" });

const workflows = structure(
  {
    node: z
      .string({ error: 'write Node.js\'s version in quotes, such as "22"' })
      .regex(/^\d+(?:\.\d+){0,2}$/, { error: 'write Node.js\'s version in quotes, such as "22"' })
      .default("22")
      .describe("Version of Node.js that the workflows set up."),
    runsOn: labels
      .default(["ubuntu-24.04"])
      .describe(
        "Labels of the runner that deploys and looks at night. It must reach the stacks' Docker engine and database.",
      ),
    previewsRunOn: labels
      .optional()
      .describe(
        "Labels of the runner of previews, by default those of `runsOn`; must be set where these name a self-hosted one. Whoever may push a branch can do what this runner can.",
      ),
    previewEnvironment: environmentWord
      .optional()
      .describe(
        "Environment on GitHub that previews run in, made by hand: its reviewers are asked before a branch's code gets its secrets.",
      ),
    variables: mapOf(givenVariable, githubName, "write a map of environment variables to GitHub's variables")
      .default({ PULUMI_BACKEND_URL: "PULUMI_BACKEND_URL" })
      .describe(
        "Environment variables that Pulumi needs, each with the name of the GitHub variable that holds its value.",
      ),
    secrets: mapOf(givenVariable, githubName, "write a map of environment variables to GitHub's secrets")
      .default({ PULUMI_CONFIG_PASSPHRASE: "PULUMI_CONFIG_PASSPHRASE" })
      .describe(
        "Environment variables that Pulumi needs, each with the name of the GitHub secret that holds its value.",
      ),
    aws: aws.optional().describe("AWS credentials for the backend, by OIDC."),
    nightly: z
      .string()
      .regex(/^(?:[0-9*,/-]+ ){4}[0-9*,/-]+$/, {
        error: 'write five cron fields in quotes, such as "17 3 * * *"',
      })
      .default("17 3 * * *")
      .describe("When the way back and drift are looked at, in UTC, as cron's five fields."),
    minutes: wholeNumber(5, 360, "minutes")
      .default(60)
      .describe(
        "Minutes after which a run is ended. Longer than the longest `up`: one that is ended midway has to be brought in order.",
      ),
  },
  "write node, runsOn, variables and so on",
);

const defaultLabels = {
  rollback: { color: "b60205", description: "Takes a stack back to an earlier release" },
};

/** Settings of the stack that governs a repository, `review/Pulumi.<stack>.yaml`. */
export const reviewStackSchema = structure(
  {
    repository: githubRepository.describe(
      "The repository that is governed, `OWNER/NAME`. The owner is an organization.",
    ),
    api: githubApi,
    branch: branchName.default("main").describe("The branch that deployments run from."),
    stacks: mapOf(stackName, stack, "write a map of stacks")
      .refine((stacks) => Object.keys(stacks).length > 0, { error: "name at least one stack" })
      .describe("The stacks that are deployed from the repository."),
    approvals: wholeNumber(1, 6, "a number of approvals")
      .default(1)
      .describe("Approvals that a pull request needs. They are dismissed by further commits."),
    administrators: truthValue
      .default(false)
      .describe(
        "Whether the branch's rules hold for administrators too. Then nobody can push past them in an emergency, nor can this stack bring the files up to date.",
      ),
    overwrite: truthValue
      .default(false)
      .describe(
        "Whether files that the repository has at the same paths are replaced. CODEOWNERS is such a one.",
      ),
    codeOwners: listOf(
      z.string().regex(/^[^\n\r]+$/, { error: "write one line of CODEOWNERS" }),
      "write a list of lines",
    )
      .default([])
      .describe(
        "Further lines of CODEOWNERS, which is written as a whole. Where stacks have owners, these own every file; a line gives files to others, or to nobody, such as `/docs/`. `Pulumi.<stack>.yaml`, `.github/`, `review/` and `releases/` stay theirs.",
      ),
    labels: mapOf(
      z.string().regex(/^[^\n\r]{1,50}$/, { error: "write a label of 50 characters at most" }),
      label,
      "write a map of labels",
    )
      .default(defaultLabels)
      .describe("Labels of the repository."),
    workflows: workflows.prefault({}).describe("The workflow files."),
  },
  "write the settings of the review",
).check(rule(checkReview));

/** What the settings mean to each other. */
function checkReview(settings: unknown, complain: Complain): void {
  const { repository, stacks, codeOwners, workflows } = fieldsOf(settings);
  const guarded = new Map<unknown, string>();
  const organization = typeof repository === "string" ? repository.split("/")[0] : undefined;
  for (const [name, stack] of Object.entries(fieldsOf(stacks))) {
    const tell: Complain = (path, message) => complain(["stacks", name, ...path], message);
    const { environment, reviewers, selfReview, owners } = fieldsOf(stack);
    const other = guarded.get(environment);
    if (other !== undefined) tell(["environment"], `it is that of ${other} already: give each stack its own`);
    if (environment !== undefined) guarded.set(environment, name);
    else if (itemsOf(reviewers).length > 0)
      tell(["reviewers"], "name the environment that they guard, as `environment` beside it, or remove them");
    if (selfReview === true && itemsOf(reviewers).length === 0)
      tell(["selfReview"], "name who approves, as `reviewers` beside it, or remove it");
    for (const [list, people] of Object.entries({ reviewers, owners }))
      itemsOf(people).forEach((person, index) => {
        if (organization === undefined || typeof person !== "string" || !person.includes("/")) return;
        if (!person.startsWith(`${organization}/`))
          tell(
            [list, index],
            `write a team of the repository's organization, such as ${organization}/operators`,
          );
      });
  }
  if (Object.values(fieldsOf(stacks)).some((stack) => itemsOf(fieldsOf(stack).owners).length > 0))
    itemsOf(codeOwners).forEach((line, index) => {
      if (typeof line === "string" && /^\s*\/?\*{1,2}(?:\/\*{1,2})?(?:\s|$)/.test(line))
        complain(
          ["codeOwners", index],
          "every file belongs to the owners of the stacks: name the files that do not, such as /docs/",
        );
    });
  const { runsOn, previewsRunOn } = fieldsOf(workflows);
  if (itemsOf(runsOn).includes("self-hosted") && previewsRunOn === undefined)
    complain(
      ["workflows", "previewsRunOn"],
      "name another runner: whoever may push a branch can change a runner that previews use, and what it runs later",
    );
  const { variables, secrets } = fieldsOf(workflows);
  for (const name of Object.keys(fieldsOf(secrets)).filter((name) =>
    Object.hasOwn(fieldsOf(variables), name),
  ))
    complain(["workflows", "variables", name], "it is among the secrets too: keep it in one of the two");
}

export type ReviewStackSettings = z.infer<typeof reviewStackSchema>;
export type ReviewedStack = ReviewStackSettings["stacks"][string];
export type WorkflowSettings = ReviewStackSettings["workflows"];
