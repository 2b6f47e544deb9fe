import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHistory } from "../../history/readHistory";
import { readSettings } from "../../settings/readSettings";
import { digest, serviceInState, stackInState } from "./states";

describe("a stack's history", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-history-"));
    mkdirSync(join(folder, "releases"));
    for (const [index, letter] of ["a", "b"].entries()) {
      const service = `  api:\n    repository: acme/api\n    digest: ${digest(letter)}\n`;
      const head = `tag: v${index + 1}\ntime: 2026-01-0${index + 1}T00:00:00.000Z\norder: ${index + 1}\n`;
      writeFileSync(
        join(folder, "releases", `v${index + 1}.yaml`),
        `${head}services:\n${service}migrations: []\nflags: []\n`,
      );
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const settings = () =>
    readSettings({
      project: "shop",
      stack: "prod",
      values: {
        "shop:imageTag": "v2",
        "shop:releases": join(folder, "releases"),
        "shop:services": JSON.stringify({ api: { kind: "worker" } }),
        "shop:record": JSON.stringify({ folder: join(folder, "kept") }),
      },
      secretKeys: [],
    });
  const state = {
    deployment: {
      resources: [
        stackInState([
          { tag: "v2", passedAt: "2026-03-02T00:00:00.000Z" },
          { tag: "v1", passedAt: "2026-03-01T00:00:00.000Z" },
        ]),
        ...serviceInState("api", "b", "v2", "v2"),
      ],
    },
  };
  const update = (tag: string, day: number) => ({
    kind: "update",
    startTime: `2026-03-0${day}T00:00:00.000Z`,
    endTime: `2026-03-0${day}T00:00:10.000Z`,
    config: { "shop:imageTag": { value: tag, secret: false } },
    result: "succeeded",
    resourceChanges: { create: 1 },
  });
  const read = async (answers: { history?: unknown; export?: unknown }, limit = 20) => {
    const asked: string[] = [];
    const ask = (words: readonly string[]) => {
      asked.push(words.join(" "));
      const answer = answers[words[1] as "history" | "export"];
      return answer === undefined
        ? Promise.reject(new Error("no answer in 15 s"))
        : Promise.resolve(JSON.stringify(answer));
    };
    return {
      asked,
      ...(await readHistory({
        ...{ stack: "prod", label: "shop/prod", settings: settings(), limit, ask },
        exported: (stack) => ask(["stack", "export", "--stack", stack]),
      })),
    };
  };

  it("asks Pulumi twice, however long it is, and marks what runs and where it can go back to", async () => {
    const long = [update("v2", 2), ...Array.from({ length: 1000 }, () => update("v1", 1))];
    const { asked, deployments, standing, problems } = await read({ history: long, export: state }, 3);
    expect(asked.sort()).to.deep.equal([
      "stack export --stack prod",
      "stack history --json --stack prod --page-size 3",
    ]);
    expect(problems).to.deep.equal([]);
    expect([standing?.running.tag, standing?.lastKnownGood?.tag]).to.deep.equal(["v2", "v1"]);
    expect(
      deployments.map(({ tag, runs, knownGood, lastKnownGood }) => [tag, runs, knownGood, lastKnownGood]),
    ).to.deep.equal([
      ["v2", true, true, undefined],
      ["v1", undefined, true, true],
      ["v1", undefined, undefined, undefined],
    ]);
  });

  it("tells what it has where Pulumi's history, its state, or the catalog can't be read", async () => {
    const records = { id: "x", stack: "shop/prod", direction: "forward", outcome: "passed", gates: [] };
    mkdirSync(join(folder, "kept"));
    writeFileSync(
      join(folder, "kept", "records.jsonl"),
      `${JSON.stringify({
        ...records,
        from: { services: {} },
        to: { tag: "v1", services: {} },
        by: { name: "anna", host: "laptop" },
        startedAt: "2026-03-01T00:00:01.000Z",
        endedAt: "2026-03-01T00:00:09.000Z",
      })}\n`,
    );
    const silent = await read({ export: state });
    expect(silent.deployments.map(({ tag, known }) => [tag, known])).to.deep.equal([
      ["v1", { pulumi: false, record: true }],
    ]);
    expect(silent.problems).to.deep.equal([
      "Pulumi's history can't be read, so that the records on this machine tell alone: no answer in 15 s",
    ]);
    const stateless = await read({ history: [update("v1", 1)] });
    expect([stateless.standing, stateless.deployments.length]).to.deep.equal([undefined, 1]);
    expect(stateless.problems).to.have.length(1);
    rmSync(join(folder, "releases"), { recursive: true });
    const lost = await read({ history: [update("v1", 1)], export: state });
    expect(lost.problems[0]).to.match(/^The catalog can't be read: /);
    expect(lost.standing?.running.services.map(({ tag }) => tag)).to.deep.equal(["v2"]);
  });
});
