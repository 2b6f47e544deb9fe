import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureRecord } from "../../gates/failureRecord";
import type { HealthReport } from "../../gates/healthReport";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { livesOf } from "./lives";
import { running, serve, type Program } from "./programs";
import { Workspace } from "./workspace";

const stays = "exec sleep 100000";
const key = "the-header's-key";
/** A page that is there for those only who send the key. */
const guarded = (answer: string) => `#!/bin/sh
test "$HTTP_X_KEY" = "${key}" && printf 'Status: 200 OK\\r\\n\\r\\n${answer}' && exit
printf 'Status: 401 Unauthorized\\r\\n\\r\\nwho are you, %s?' "$HTTP_X_KEY"`;

/** A service that has to warm up: its first three answers are 503. */
const fourthTime = `#!/bin/sh
echo asked >> /tmp/asked
test "$(grep -c . /tmp/asked)" -gt 3 && printf 'Status: 200 OK\\r\\n\\r\\nat last' && exit
printf 'Status: 503 Unavailable\\r\\n\\r\\nwarming up'`;

const good: Record<string, Program> = {
  body: { script: `${serve}; ${stays}`, files: { "/www/health": "all is well here" } },
  json: { script: `${serve}; ${stays}`, files: { "/www/health": '{"status":"ok","checks":[{"lag":0}]}' } },
  header: { script: `${serve}; ${stays}`, files: { "/www/cgi-bin/health": guarded("welcome") } },
  socket: { script: `${serve}; ${stays}`, files: { "/www/index.html": "not asked" } },
  slow: { script: `sleep 1; ${serve}; ${stays}`, files: { "/www/cgi-bin/health": fourthTime } },
  exec: { script: stays, files: { "/check.sh": "#!/bin/sh\nexit 0\n" } },
  state: { script: stays },
};
const bad: Record<string, Program> = {
  body: { script: `${serve}; ${stays}`, files: { "/www/health": "all is lost" } },
  json: { script: `${serve}; ${stays}`, files: { "/www/health": '{"status":"ok","checks":[{"lag":9}]}' } },
  header: {
    script: `${serve}; ${stays}`,
    files: { "/www/cgi-bin/health": guarded("").replace(key, "other") },
  },
  socket: { script: stays },
  // Healthy at every start, for a moment: Docker starts it again and again.
  slow: {
    script: `${serve}; sleep 0.8; echo "fatal: out of luck"; exit 4`,
    files: { "/www/cgi-bin/health": "#!/bin/sh\nprintf 'Status: 200 OK\\r\\n\\r\\nhello'" },
  },
  exec: { script: stays, files: { "/check.sh": '#!/bin/sh\necho "queue is stuck"\nexit 7\n' } },
  state: { script: 'echo "fatal: can not start"; exit 3' },
};

describe("health gates", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  async function reports(): Promise<Record<string, HealthReport>> {
    const { resources } = await workspace.state("prod");
    return Object.fromEntries(
      resources
        .filter(({ type }) => type === "knowngood:index:HealthGate")
        .map(({ outputs }) => outputs?.report as HealthReport)
        .map((report) => [report.service, report]),
    );
  }

  it("ask every service in its own way, again whenever one is replaced, and stop a release that is sick", async () => {
    const ports = await freePorts(5);
    const port = (index: number) => ports[index] ?? 0;
    const web = (index: number) => ({ ports: [{ container: servicePort, host: port(index) }] });
    const settings = (within: number) => ({
      gates: { health: { within, every: 1 } },
      services: {
        body: { ...web(0), health: { path: "/health", body: "all is well" } },
        json: { ...web(1), health: { path: "/health", json: { status: "ok", "checks.0.lag": 0 } } },
        header: { ...web(2), health: { path: "/cgi-bin/health", secretHeaders: { "X-Key": "key" } } },
        socket: { ...web(3), health: { tcp: port(3) } },
        slow: { ...web(4), health: { path: "/cgi-bin/health", every: 0.2, successes: 6 } },
        exec: { kind: "worker", health: { exec: ["/check.sh"] } },
        state: { kind: "worker" },
      },
    });
    const names = Object.keys(good);
    const images = async (tag: string, programs: Record<string, Program>) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(programs).map(async ([name, program]) => [
            name,
            await running(workspace, name, tag, program),
          ]),
        ),
      ) as Parameters<Workspace["release"]>[1]["services"];
    const v1 = await images("v1", good);
    const v2 = { ...v1, ...(await images("v2", { state: { script: `echo v2; ${stays}` } })) };
    const v3 = await images("v3", bad);
    workspace.release("v1", { services: v1 });
    workspace.release("v2", { services: v2 });
    workspace.release("v3", { services: v3 });
    await workspace.stack("prod", { imageTag: "v1", ...settings(60) });
    await workspace.secret("prod", "key", key);

    const first = await workspace.up("prod");
    expect(first.exitCode, first.text).to.equal(0);
    const passed = await reports();
    expect(Object.keys(passed).sort()).to.deep.equal([...names].sort());
    for (const [name, report] of Object.entries(passed)) {
      expect(report).to.include({ outcome: "passed", release: "v1", digest: v1[name]?.digest, restarts: 0 });
      expect(report.attempts.slice(-3).map(({ outcome }) => outcome)).to.deep.equal(["ok", "ok", "ok"]);
    }
    expect(passed.body?.attempts.at(-1)?.status).to.equal(200);
    expect(passed.socket?.attempts.at(-1)?.detail).to.equal("connected");
    expect(passed.exec?.attempts.at(-1)?.detail).to.equal("exit code 0");
    // It was asked before it was healthy, and waited for.
    expect(passed.slow?.attempts[0]?.outcome).to.equal("failed");
    expect(passed.slow?.attemptsMade).to.be.greaterThan(3);

    const before = await livesOf(workspace);
    await workspace.target("prod", "v2");
    const forward = await workspace.up("prod");
    expect(forward.exitCode, forward.text).to.equal(0);
    const { "prod-state": replaced, ...others } = await livesOf(workspace);
    expect({ ...others, "prod-state": before["prod-state"] }).to.deep.equal(before);
    expect(replaced).not.to.equal(before["prod-state"]);
    for (const [name, report] of Object.entries(await reports())) {
      expect(report.release, name).to.equal("v2");
      expect(Date.parse(report.startedAt), name).to.be.greaterThan(Date.parse(passed[name]?.passedAt ?? ""));
    }

    await workspace.target("prod", "v3");
    workspace.settings("prod", settings(8));
    const failed = await workspace.up("prod");
    expect(failed.exitCode).to.equal(1);
    const records = recordsIn(join(workspace.folder, ".knowngood", "knowngood-prod"));
    expect(Object.keys(records).sort()).to.deep.equal([...names].sort());
    const told: Record<string, [status: number | undefined, detail: RegExp]> = {
      body: [200, /^the body lacks "all is well": all is lost$/],
      json: [200, /^json checks\.0\.lag: expected 0, found 9$/],
      header: [401, /^expected 200: who are you, \[secret\]\?$/],
      socket: [undefined, /^(connected, and closed at once|connection closed without an answer)$/],
      slow: [undefined, /container (restarting|exited), exit code 4, \d+ restarts?/],
      exec: [undefined, /^exit code 7: queue is stuck$/],
      state: [undefined, /^container (restarting|exited), exit code 3, \d+ restarts?$/],
    };
    for (const name of names) {
      const record = records[name];
      expect(failed.text).to.contain(`Health gate failed: ${name} v3 on knowngood/prod is not healthy after`);
      expect(record).to.include({
        kind: "health",
        outcome: "failed",
        stack: "knowngood/prod",
        release: "v3",
        digest: v3[name]?.digest,
      });
      expect(record?.attemptsMade).to.equal(record?.attempts.length);
      const [status, detail] = told[name] ?? [];
      const alike = record?.attempts.filter(
        (attempt) => attempt.status === status && detail?.test(attempt.detail ?? "") === true,
      );
      expect(alike, `${name}: ${JSON.stringify(record?.attempts)}`).not.to.be.empty;
    }
    expect(JSON.stringify(records)).not.to.contain(key);
    expect(failed.text).not.to.contain(key);
    // Never six in a row within one life, however often it answered.
    expect(records.slow?.attempts.some(({ outcome }) => outcome === "ok")).to.equal(true);
    expect(records.slow?.container?.restarts).to.be.greaterThan(1);
    expect(records.slow?.logs).to.include("fatal: out of luck");
    expect(records.state?.container).to.include({ exitCode: 3 });
    expect(records.state?.logs).to.include("fatal: can not start");
    expect(failed.text).to.match(
      /Container: (restarting, |exited, |running, last )exit code 3, \d+ restarts/,
    );
    expect(failed.text).to.match(/Last \d+ log lines? of state:\n\s+fatal: can not start/);
    expect(failed.text).to.match(
      /Last known-good: v2\. To go back:\n\s*pulumi config set imageTag v2 --stack prod\n\s*pulumi up --stack prod/,
    );
    expect((await workspace.outputs("prod")).release).to.equal("v2");
  });
});

/** The records of a stack by service; each has written one. */
function recordsIn(folder: string): Record<string, FailureRecord> {
  const records = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as FailureRecord,
  );
  expect(new Set(records.map(({ service }) => service)).size).to.equal(records.length);
  return Object.fromEntries(records.map((record) => [record.service, record]));
}
