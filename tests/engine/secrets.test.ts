import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ended } from "./command";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { running, serve } from "./programs";
import { Workspace } from "./workspace";

const token = "Zk9/tok en+and&more";
const key = "a-header's-key";
/** As a service's log or a client's URL would have them. */
const forms = [
  token,
  encodeURIComponent(token),
  Buffer.from(token).toString("base64"),
  key,
  Buffer.from(key).toString("base64"),
];

describe("secrets of a stack", () => {
  let workspace: Workspace;
  beforeEach(() => (workspace = new Workspace()));
  afterEach(() => workspace.dispose());

  it("show in no state, text, command line, gate's environment or record", async () => {
    const [port = 0] = await freePorts(1);
    const loginOnly = `#!/bin/sh
test "$HTTP_X_KEY" = "${key}" && printf 'Status: 200 OK\\r\\n\\r\\nwelcome' && exit
printf 'Status: 401 Unauthorized\\r\\n\\r\\nnot %s' "$HTTP_X_KEY"`;
    const open = await running(workspace, "api", "v1", {
      // A slow start leaves time to look at the gate's processes.
      script: `sleep 2; ${serve}; exec sleep 100000`,
      files: { "/www/cgi-bin/health": loginOnly },
    });
    const leaking = await running(workspace, "api", "v2", {
      script: `echo "connecting with token=$TOKEN"
echo "GET /?token=${encodeURIComponent(token)}"
echo "Authorization: Basic ${Buffer.from(token).toString("base64")}"
${serve}; exec sleep 100000`,
      files: {
        "/www/cgi-bin/health": `#!/bin/sh\nprintf 'Status: 503 Unavailable\\r\\n\\r\\nbad key %s, bad token %s' "$HTTP_X_KEY" "$TOKEN"`,
      },
    });
    const migrations = [{ version: "1", name: "start", up: "CREATE TABLE orders (id int);" }];
    workspace.release("v1", { services: { api: open }, migrations });
    workspace.release("v2", { services: { api: leaking }, migrations });
    const service = (within: number) => ({
      api: {
        ports: [{ container: servicePort, host: port }],
        env: { LEVEL: "info" },
        secrets: { TOKEN: "token" },
        health: { path: "/cgi-bin/health", secretHeaders: { "X-Key": "key" }, within },
      },
    });
    await workspace.stack("prod", { imageTag: "v1", services: service(60), database: {} });
    const password = new URL(workspace.databaseUrl.replace("@/", "@localhost/")).password;
    expect(password).not.to.equal("");
    const hidden = [...forms, password, decodeURIComponent(password)];
    for (const [name, value] of Object.entries({ token, key, databaseUrl: workspace.databaseUrl })) {
      await workspace.secret("prod", name, value);
    }
    const expectHidden = (text: string, where: string) => {
      for (const secret of hidden) expect(text.includes(secret), `${secret} in ${where}`).to.equal(false);
    };

    const preview = await workspace.preview("prod", "--diff");
    expect(preview.exitCode, preview.text).to.equal(0);
    expectHidden(preview.text, "the preview");

    // It has the password, and is the tests' own.
    delete workspace.env.KNOWNGOOD_TEST_MACHINE;
    const { ended: first, commandLines, gates } = await watched(workspace.up("prod"), workspace.folder);
    expect(first.exitCode, first.text).to.equal(0);
    expectHidden(first.text, "the text of up");
    expect(commandLines.some((line) => line.includes("migrations/run.ts"))).to.equal(true);
    commandLines.forEach((line) => expectHidden(line, "a command line"));
    expect(gates).not.to.be.empty;
    gates.forEach((environment) => expectHidden(environment, "the gate's environment"));
    // The service has it, or all of this would prove nothing.
    expect((await workspace.containers())["prod-api"]?.Config.Env).to.include(`TOKEN=${token}`);

    await workspace.target("prod", "v2");
    workspace.settings("prod", { services: service(2) });
    const failed = await workspace.up("prod");
    expect(failed.exitCode).to.equal(1);
    expect(failed.text).to.contain("Health gate failed: api v2");
    expect(failed.text).to.contain("connecting with token=[secret]");
    expect(failed.text).to.contain("GET /?token=[secret]");
    expect(failed.text).to.contain("Authorization: Basic [secret]");
    expect(failed.text).to.contain("bad key [secret], bad token [secret]");
    expectHidden(failed.text, "the failed gate's text");

    const records = join(workspace.folder, ".knowngood", "knowngood-prod");
    const [file = "", ...others] = readdirSync(records);
    expect(others).to.deep.equal([]);
    const record = readFileSync(join(records, file), "utf8");
    expect((JSON.parse(record) as { logs: string[] }).logs).to.include("connecting with token=[secret]");
    expectHidden(record, "the record");
    expectHidden((await workspace.pulumi("stack", "export", "--stack", "prod")).stdout, "the state");
    expectHidden((await workspace.pulumi("stack", "output", "--stack", "prod")).text, "the outputs");
  });
});

/** The command lines of all processes while something runs, and the environments of the gates among them. */
async function watched(
  running: Promise<Ended>,
  folder: string,
): Promise<{ ended: Ended; commandLines: string[]; gates: string[] }> {
  const commandLines = new Set<string>();
  const gates = new Set<string>();
  let over = false;
  const ended = running.finally(() => (over = true));
  while (!over) {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        commandLines.add(line);
        const own = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (line.includes("gates/run.ts") && own.includes(folder)) gates.add(own);
      } catch {
        // It has ended in between.
      }
    }
    await sleep(100);
  }
  return { ended: await ended, commandLines: [...commandLines], gates: [...gates] };
}
