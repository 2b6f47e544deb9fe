import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReleaseRecord } from "../../records/releaseRecord";
import { startGitHub, type TestGitHub } from "../github/github";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { running, serve } from "./programs";
import { Workspace } from "./workspace";

const password = "pw/of the shop+1";

/** Serves at /health, and says its secret in words that would call somebody. */
const program = (release: string) => ({
  script: `echo "${release} by @anna \\\`\\\`\\\` $PASSWORD"; ${serve}; exec sleep 100000`,
  files: { "/www/health": `${release} of postmortems` },
});

describe("the issue of a rollback", () => {
  let workspace: Workspace;
  let github: TestGitHub;
  before(async () => {
    workspace = new Workspace();
    github = await startGitHub();
    const [port = 0] = await freePorts(1);
    for (const tag of ["v1", "v2", "v3"])
      workspace.release(tag, { services: { api: await running(workspace, "api", tag, program(tag)) } });
    await workspace.stack("prod", {
      imageTag: "v3",
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          secrets: { PASSWORD: "password" },
          health: { path: "/health" },
        },
      },
      record: recorded(github.url),
    });
    await workspace.secret("prod", "password", password);
    await workspace.secret("prod", "githubToken", github.token);
  });
  after(async () => {
    await workspace.dispose();
    await github.close();
  });

  const recorded = (api: string) => ({
    reason: `@everybody: ${password}`,
    owner: "anna",
    postmortem: { repository: "acme/shop", token: "githubToken", api, logLines: 5 },
  });
  const file = () => join(workspace.folder, ".knowngood", "records.jsonl");
  const issues = async () => {
    const answer = await fetch(`${github.url}/repos/acme/shop/issues?state=all`, {
      headers: { authorization: `token ${github.token}` },
    });
    return (await answer.json()) as { title: string; body: string; html_url: string }[];
  };
  const up = async () => {
    const ended = await workspace.up("prod");
    expect(ended.exitCode, ended.text).to.equal(0);
    expect(ended.text).not.to.contain(github.token);
    return ended.text;
  };

  /** On a machine so busy that an `up` does not wait for GitHub long enough, the next one opens it. */
  const upThatOpens = async () => {
    const text = await up();
    return text.includes("no full answer") ? up() : text;
  };

  it("is opened by the rollback, tells what happened, and shows no secret", async () => {
    await up();
    expect(await issues()).to.deep.equal([]);
    await workspace.target("prod", "v2");
    const text = await upThatOpens();
    const [issue, ...more] = await issues();
    expect(more).to.deep.equal([]);
    expect(text).to.contain(
      `An issue is opened for the postmortem of the rollback from v3 to v2: ${issue?.html_url}`,
    );
    expect(issue?.title).to.equal("Postmortem: knowngood/prod, rollback from v3 to v2");
    const lines = readFileSync(file(), "utf8").trimEnd().split("\n");
    const [first, second] = lines.map((line) => JSON.parse(line) as ReleaseRecord);
    const body = issue?.body ?? "";
    expect(body).to.contain(
      `- \`${first?.startedAt}\` deployed: \`v3\`, by the \`first release, v3\`, which passed`,
    );
    expect(body).to.contain(`- \`${second?.endedAt}\` ended: it passed`);
    expect(body).to.contain("- Reason: `@everybody: [secret]`\n");
    expect(body).to.contain(`\`${second?.evidence}\``);
    expect(body).to.contain("- Gate `release-api-health`: passed last at ");
    expect(body).to.contain("Last log lines of `api`:\n\n````text\nv3 by @anna ``` [secret]\n````");
    for (const item of second?.yours ?? ["none"]) expect(body).to.contain(`- [ ] ${item}`);
    expect(first).not.to.have.any.keys("yours", "postmortem");
    for (const text of [body, JSON.stringify(await workspace.state("prod")), lines.join("\n")])
      expect(text).not.to.contain(password).and.not.to.contain(github.token);
  });

  it("is opened by the next up, of any kind, where GitHub was down, and once", async () => {
    workspace.settings("prod", { record: recorded("http://127.0.0.1:1") });
    await workspace.target("prod", "v1");
    const down = await up();
    expect(down).to.match(
      /record\.postmortem: the issue of the rollback from v2 to v1 is not opened, or not up to date: .*ECONNREFUSED.*; the next `up` does it/,
    );
    expect(await issues()).to.have.length(1);
    expect((await workspace.outputs("prod")).release).to.equal("v1");

    workspace.settings("prod", { record: recorded(github.url) });
    const preview = await workspace.preview("prod");
    expect(preview.text).to.match(/The issue of the rollback from v2 to v1, begun \S+, is not opened/);
    const records = readFileSync(file(), "utf8");
    expect(await upThatOpens()).to.contain(
      "An issue is opened for the postmortem of the rollback from v2 to v1: ",
    );
    expect(readFileSync(file(), "utf8")).to.equal(records);
    expect(await up()).not.to.contain("postmortem");
    expect((await issues()).map(({ title }) => title).sort()).to.deep.equal([
      "Postmortem: knowngood/prod, rollback from v2 to v1",
      "Postmortem: knowngood/prod, rollback from v3 to v2",
    ]);
  });
});
