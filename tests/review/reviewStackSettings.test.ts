import { expect } from "chai";
import { InvalidInput, type Violation } from "../../settings/violations";
import { reviewStackSettings } from "./reviewed";

function violationsIn(settings: Record<string, unknown>, secretKeys?: readonly string[]): Violation[] {
  try {
    reviewStackSettings(settings, secretKeys);
  } catch (error) {
    if (error instanceof InvalidInput) return [...error.violations];
    throw error;
  }
  return [];
}

const stack = (settings: Record<string, unknown>) => ({ stacks: { prod: settings } });
const workflows = (settings: Record<string, unknown>) => ({ workflows: settings });
const aStack = "write a stack's name of letters, digits, dashes and underscores, not beginning with a digit";
const aReviewer = "write a user, such as anna, or a team, such as acme/operators";
const ownVariable = "write a variable that neither the runner nor the workflow's own steps set";
const keptName =
  "write the name under which GitHub keeps it: letters, digits and underscores, such as PULUMI_BACKEND_URL";

/** What is wrong, the settings, and where, what was found, what to write. */
const rows: [
  name: string,
  settings: Record<string, unknown>,
  where: string,
  found: string,
  expected: string,
][] = [
  ["no repository", { repository: undefined }, "repository", "nothing", "write the repository as OWNER/NAME"],
  ["no stack", { stacks: {} }, "stacks", "{}", "name at least one stack"],
  [
    "a stack that no job can be named after",
    { stacks: { "1.0": {} } },
    "stacks.1.0",
    'the name "1.0"',
    aStack,
  ],
  [
    "a stack's name that a shell would run",
    { stacks: { "$(id)": {} } },
    "stacks.$(id)",
    'the name "$(id)"',
    aStack,
  ],
  [
    "a branch with a wildcard",
    { branch: "release/*" },
    "branch",
    '"release/*"',
    "write a branch's name, without wildcards",
  ],
  [
    "a reviewer by address",
    stack({ environment: "production", reviewers: ["anna@acme.example"] }),
    "stacks.prod.reviewers[0]",
    '"anna@acme.example"',
    aReviewer,
  ],
  [
    "a team of somebody else's",
    stack({ owners: ["other/team"] }),
    "stacks.prod.owners[0]",
    '"other/team"',
    "write a team of the repository's organization, such as acme/operators",
  ],
  [
    "seven reviewers",
    stack({ environment: "production", reviewers: ["a", "b", "c", "d", "e", "f", "g"] }),
    "stacks.prod.reviewers",
    '["a","b","c","d","e","f","g"]',
    "write six at most: GitHub takes no more",
  ],
  [
    "reviewers of nothing",
    stack({ reviewers: ["anna"] }),
    "stacks.prod.reviewers",
    '["anna"]',
    "name the environment that they guard, as `environment` beside it, or remove them",
  ],
  [
    "an approval of one's own where nobody approves",
    stack({ environment: "production", selfReview: true }),
    "stacks.prod.selfReview",
    "true",
    "name who approves, as `reviewers` beside it, or remove it",
  ],
  [
    "one environment for two",
    { stacks: { prod: { environment: "live" }, other: { environment: "live" } } },
    "stacks.other.environment",
    '"live"',
    "it is that of prod already: give each stack its own",
  ],
  ["no approval", { approvals: 0 }, "approvals", "0", "write a number of approvals from 1 to 6"],
  [
    "two lines of code owners in one",
    { codeOwners: ["/y @acme/all\n/x @acme/x"] },
    "codeOwners[0]",
    '"/y @acme/all\\n/x @acme/x"',
    "write one line of CODEOWNERS",
  ],
  [
    "a line that takes every file from the owners",
    { codeOwners: ["/docs/", "* @acme/all"] },
    "codeOwners[1]",
    '"* @acme/all"',
    "every file belongs to the owners of the stacks: name the files that do not, such as /docs/",
  ],
  [
    "previews on the runner in the network that deploys",
    workflows({ runsOn: ["self-hosted", "linux"] }),
    "workflows.previewsRunOn",
    "nothing",
    "name another runner: whoever may push a branch can change a runner that previews use, and what it runs later",
  ],
  [
    "a label's colour with its sign",
    { labels: { rollback: { color: "#b60205", description: "x" } } },
    "labels.rollback.color",
    '"#b60205"',
    'write six lower-case hexadecimal digits in quotes, such as "b60205"',
  ],
  [
    "Node.js's version as a number",
    workflows({ node: 22 }),
    "workflows.node",
    "22",
    'write Node.js\'s version in quotes, such as "22"',
  ],
  [
    "a variable that the steps set",
    workflows({ variables: { STACK: "STACK" } }),
    "workflows.variables.STACK",
    'the name "STACK"',
    ownVariable,
  ],
  [
    "a secret that Node.js would obey",
    workflows({ secrets: { NODE_OPTIONS: "X" } }),
    "workflows.secrets.NODE_OPTIONS",
    'the name "NODE_OPTIONS"',
    ownVariable,
  ],
  [
    "an expression in place of a secret's name",
    workflows({ secrets: { TOKEN: "${{ github.token }}" } }),
    "workflows.secrets.TOKEN",
    '"${{ github.token }}"',
    keptName,
  ],
  [
    "a secret under GitHub's own prefix",
    workflows({ secrets: { TOKEN: "GITHUB_TOKEN" } }),
    "workflows.secrets.TOKEN",
    '"GITHUB_TOKEN"',
    keptName,
  ],
  [
    "a variable that is a secret too",
    workflows({ variables: { A: "A" }, secrets: { A: "B" } }),
    "workflows.variables.A",
    '"A"',
    "it is among the secrets too: keep it in one of the two",
  ],
  [
    "a night without a month",
    workflows({ nightly: "17 3 * *" }),
    "workflows.nightly",
    '"17 3 * *"',
    'write five cron fields in quotes, such as "17 3 * * *"',
  ],
  [
    "a setting that is none",
    { approval: 2 },
    "approval",
    "a setting in clear",
    "no such setting: did you mean approvals? Otherwise remove it",
  ],
];

describe("the settings of a review", () => {
  it("have defaults for all but the repository and its stacks", () => {
    expect(reviewStackSettings({ stacks: { prod: {} } })).to.deep.equal({
      repository: "acme/shop",
      api: "https://api.github.com",
      branch: "main",
      stacks: { prod: { reviewers: [], selfReview: false, owners: [] } },
      approvals: 1,
      administrators: false,
      overwrite: false,
      codeOwners: [],
      labels: { rollback: { color: "b60205", description: "Takes a stack back to an earlier release" } },
      workflows: {
        node: "22",
        runsOn: ["ubuntu-24.04"],
        variables: { PULUMI_BACKEND_URL: "PULUMI_BACKEND_URL" },
        secrets: { PULUMI_CONFIG_PASSPHRASE: "PULUMI_CONFIG_PASSPHRASE" },
        nightly: "17 3 * * *",
        minutes: 60,
      },
    });
  });

  for (const [name, settings, where, found, expected] of rows)
    it(`refuse ${name}`, () => {
      expect(violationsIn(settings)).to.deep.equal([
        { where: `Pulumi.acme.yaml: knowngood-review:${where}`, found, expected },
      ]);
    });

  it("refuse a secret, and do not show it", () => {
    expect(violationsIn({ token: "ghp_abc" }, ["token"])).to.deep.equal([
      {
        where: "Pulumi.acme.yaml: knowngood-review:token",
        found: "a secret",
        expected: "remove it: pulumi config rm token. The token is read from GITHUB_TOKEN, and kept nowhere",
      },
    ]);
  });

  it("tell all that is wrong at once", () => {
    expect(violationsIn({ repository: "shop", stacks: {}, approvals: 9 })).to.have.length(3);
  });
});
