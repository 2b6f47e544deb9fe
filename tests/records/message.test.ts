import { expect } from "chai";
import { endedMessage, startedMessage } from "../../records/message";
import { operator } from "../../records/operator";
import { moveWords, type BegunUpdate } from "../../records/releaseRecord";

const services = { api: { tag: "v1", digest: "sha256:a" } };
const rollback: BegunUpdate = {
  id: "1",
  stack: "shop/prod",
  direction: "rollback",
  from: { tag: "v2", services },
  to: { tag: "v1", services },
  reason: "payments fail <!channel> & more",
  detected: "alert",
  owner: "anna",
  by: { name: "bo", host: "laptop", run: "https://ci.example/1" },
  schema: { verdict: "conditional", leftAhead: ["2", "3"], toApply: [] },
  evidence: ".knowngood/evidence/shop-prod/x",
  startedAt: "2026-03-01T09:00:00.000Z",
};

describe("messages", () => {
  it("tell that a rollback has started, and call nobody who stands in a text", () => {
    expect(startedMessage(rollback)).to.equal(
      "shop/prod: rollback from v2 to v1 started by bo on laptop (https://ci.example/1)\n" +
        "Reason: payments fail &lt;!channel&gt; &amp; more",
    );
  });

  it("tell what it went on without, and what is owed for it", () => {
    const broken: BegunUpdate = {
      ...rollback,
      breakGlass: { reason: "CI is down", guards: ["ci", "commands"] },
    };
    expect(startedMessage(broken).split("\n").at(-1)).to.equal(
      "Break-glass: without ci, commands: CI is down",
    );
    const ended = { ...broken, endedAt: "2026-03-01T09:00:12.000Z", gates: [], outcome: "passed" as const };
    expect(endedMessage(ended).split("\n").slice(2, 4)).to.deep.equal([
      "Break-glass: without ci, commands: CI is down",
      "Owed: the proper run, without break-glass",
    ]);
  });

  it("tell what an up came to", () => {
    const ended = { ...rollback, endedAt: "2026-03-01T09:00:12.000Z", seconds: 12, gates: [] };
    expect(endedMessage({ ...ended, outcome: "passed" }).split("\n")).to.deep.equal([
      "shop/prod: rollback from v2 to v1 passed after 12 s, run by bo on laptop (https://ci.example/1)",
      "Reason: payments fail &lt;!channel&gt; &amp; more",
      "Detected by: alert",
      "Schema: left ahead by 2 (2, 3): conditional",
      "Owner of the follow-up: anna",
      "Evidence of what ran before: .knowngood/evidence/shop-prod/x",
    ]);
    const flags = { off: ["search"], notOff: [{ flag: "coupons", why: "connection refused" }] };
    expect(
      endedMessage({ ...ended, outcome: "passed", flags })
        .split("\n")
        .slice(1, 3),
    ).to.deep.equal(["Flags turned off: search", "Flags NOT turned off: coupons (connection refused)"]);
    const failed = {
      ...ended,
      outcome: "failed" as const,
      direction: "forward" as const,
      from: { services: {} },
      by: { name: "bo", host: "laptop" },
      schema: { leftAhead: [], toApply: ["1"], stepDown: "4" },
      stoppedAt: { step: "health gates" as const, open: ["api health", "web health"] },
      gates: [
        { name: "api health", outcome: "failed" as const, startedAt: "", endedAt: "" },
        { name: "web health", outcome: "passed" as const, startedAt: "", endedAt: "" },
      ],
    };
    expect(endedMessage(failed).split("\n").slice(0, 3)).to.deep.equal([
      "shop/prod: first release, v1 FAILED after 12 s, run by bo on laptop",
      "Stopped at: health gates (api health, web health)",
      "Gates that did not pass: api health failed",
    ]);
    expect(endedMessage(failed)).to.contain("\nSchema: 4 stepped down; 1 applied\n");
  });

  it("name a move by its tags", () => {
    expect(moveWords({ ...rollback, from: { services } })).to.equal("rollback from a mix to v1");
    expect(moveWords({ ...rollback, direction: "same" })).to.equal("update of v1");
    expect(moveWords({ ...rollback, from: { services: {} } })).to.equal("rollback to v1");
    const adopted = { api: { tag: "v1", since: "2026-03-01T08:00:00Z" } };
    expect(moveWords({ ...rollback, direction: "same", adopted })).to.equal(
      "adoption of v1, which ran by hand",
    );
    expect(moveWords({ ...rollback, from: { tag: "v2", services }, adopted })).to.equal(
      "adoption of the rollback by hand from v2 to v1",
    );
    expect(moveWords({ ...rollback, from: { services }, adopted })).to.equal(
      "adoption of the rollback by hand to v1",
    );
  });
});

describe("operator", () => {
  it("is who started the pipeline, who became root, or the account", () => {
    expect(operator({}, "deploy", "ci-1")).to.deep.equal({ name: "deploy", host: "ci-1" });
    expect(operator({ SUDO_USER: "anna" }, "root", "h").name).to.equal("anna");
    const gitlab = { GITLAB_USER_LOGIN: "bo", CI_JOB_URL: "https://git.example/1" };
    expect(operator(gitlab, "root", "h")).to.deep.equal({
      name: "bo",
      host: "h",
      run: "https://git.example/1",
    });
    const github = {
      GITHUB_ACTOR: "anna",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/shop",
      GITHUB_RUN_ID: "7",
    };
    expect(operator({ ...github, SUDO_USER: "x" }, "runner", "h")).to.deep.equal({
      name: "anna",
      host: "h",
      run: "https://github.com/acme/shop/actions/runs/7",
    });
  });
});
