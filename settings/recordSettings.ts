import { githubApi, githubRepository } from "./githubSettings";
import { listOf, secretName, structure, text, wholeNumber } from "./values";

const evidence = structure(
  {
    logLines: wholeNumber(0, 100_000, "a number of lines")
      .default(200)
      .describe("Last log lines of each service that are kept."),
    kept: wholeNumber(1, 10_000)
      .default(50)
      .describe("How many times evidence is kept of the stack; the oldest is removed then."),
  },
  "write what is kept as evidence as a map, such as {logLines: 200}",
);

const postmortem = structure(
  {
    repository: githubRepository.describe("Repository on GitHub, `OWNER/NAME`, that the issue is opened in."),
    token: secretName.describe(
      "Name of the secret setting that holds a token that may read and write the repository's issues.",
    ),
    api: githubApi,
    labels: listOf(text("write the name of a label"), "write a list of labels' names, such as [postmortem]")
      .default([])
      .describe("Labels of the issue."),
    assignees: listOf(
      text("write the name of an account on GitHub"),
      "write a list of accounts on GitHub, such as [anna]",
    )
      .default([])
      .describe("Accounts that the issue is assigned to."),
    logLines: wholeNumber(0, 200, "a number of lines")
      .default(0)
      .describe(
        "Last log lines of each service, from the evidence, that stand in the issue, without the stack's secrets. What else they tell, whoever can read the repository can read then.",
      ),
  },
  "write the repository and the name of the token's secret, such as {repository: acme/shop, token: githubToken}",
);

/** What is kept of each `up`, and who is told. */
export const record = structure(
  {
    folder: text("write a folder")
      .default(".knowngood")
      .describe(
        "Folder of all that is kept, from the project's folder: records of failed gates, evidence, assessments, backups.",
      ),
    file: text("write a file, such as records.jsonl")
      .optional()
      .describe(
        "File to which each `up` that changed a release, or tried to, appends one line of JSON; by default `records.jsonl` in `record.folder`. Several stacks can share one.",
      ),
    reason: text("write why: pulumi config set --path record.reason REASON")
      .optional()
      .describe("Why the release is changed, for the record. Say it anew for each change."),
    detected: text("write how it was noticed, such as an alert")
      .optional()
      .describe("How what was wrong was noticed, for the record."),
    owner: text("write who looks after what follows")
      .optional()
      .describe("Who owns the follow-up, for the record."),
    webhook: secretName
      .optional()
      .describe(
        "Name of the secret setting that holds the address of a webhook which takes Slack's messages. It is told that a rollback has started, and what each `up` came to.",
      ),
    postmortem: postmortem
      .optional()
      .describe("The issue on GitHub that a rollback opens; without it none is opened."),
    evidence: evidence
      .prefault({})
      .describe(
        "What is kept of the running services before an `up` changes them, in `evidence` of `record.folder`.",
      ),
  },
  "write the record as a map, such as {folder: .knowngood}",
);
