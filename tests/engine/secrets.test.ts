import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ended } from "./command";
import { EchoServer } from "./echoServer";
import { freePorts } from "./freePorts";
import { servicePort } from "./images";
import { running, serve } from "./programs";
import { Workspace, type TestMigration } from "./workspace";

/** By the setting that holds each; all of them are printed by whoever has them. */
const values = {
  token: "Zk9/tok en+and&more",
  key: "a-header's-key",
  hookToken: "h00k/tok en+&",
  smokeToken: "sm0ke?tok en+&",
  snapshotToken: "sn4p/shot en+&",
  prometheusPassword: "pr0m/pass word+&",
  githubToken: "ghp_+/Zx&9=q",
  issueToken: "gh1_+/Yw&8=r",
} as const;
/** The part of the webhook's address that nobody else knows. */
const webhookPath = "T0/B1/we6hook-s3cret";

/** As a log, a client's address or a header would have it. */
const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("base64url"),
];
/** A command that prints a variable in all these forms. */
const telling = (variable: string, then = "true") => [
  process.execPath,
  "-e",
  `const s = process.env.${variable}; const b = Buffer.from(s);
   for (const text of [s, encodeURIComponent(s), b.toString("base64"), "place " + s]) console.log(text);
   console.error(s); ${then}`,
];

describe("secrets of a stack", function () {
  this.timeout(600_000);
  let workspace: Workspace;
  let echo: EchoServer;
  beforeEach(async () => {
    workspace = new Workspace();
    echo = await EchoServer.start();
  });
  afterEach(async () => {
    await workspace.dispose();
    await echo.stop();
  });

  it("show in no state, text, command line, gate's environment, record or other file", async () => {
    const [port = 0] = await freePorts(1);
    const { token, key } = values;
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
    const first: TestMigration = { version: "1", name: "start", up: "CREATE TABLE orders (id int);" };
    const second: TestMigration = {
      version: "2",
      name: "add_note",
      up: "ALTER TABLE orders ADD COLUMN note text;",
    };
    // CI's word is in GitHub alone.
    const commit = "0123456789abcdef0123456789abcdef01234567";
    workspace.release("v1", { services: { api: open }, migrations: [first], commit });
    workspace.release("v2", { services: { api: leaking }, migrations: [first, second], commit });
    const settings = (within: number, smoke = "true") => ({
      services: {
        api: {
          ports: [{ container: servicePort, host: port }],
          env: { LEVEL: "info" },
          secrets: { TOKEN: "token" },
          health: { path: "/cgi-bin/health", secretHeaders: { "X-Key": "key" }, within },
        },
      },
      database: {
        backup: { when: "always", command: telling("SNAPSHOT"), secrets: { SNAPSHOT: "snapshotToken" } },
      },
      guards: { ci: { repository: "acme/shop", api: echo.url, token: "githubToken" } },
      hooks: {
        before: [{ name: "drain", command: telling("HOOK"), secrets: { HOOK: "hookToken" } }],
        after: [{ name: "open", command: telling("HOOK"), secrets: { HOOK: "hookToken" } }],
      },
      gates: {
        commands: { smoke: { command: telling("SMOKE", smoke), secrets: { SMOKE: "smokeToken" } } },
        errorRate: {
          url: `${echo.url}/prometheus`,
          user: "gate",
          password: "prometheusPassword",
          errors: "errors[$window]",
          requests: "requests[$window]",
          watch: 2,
          watchBack: 2,
          every: 0.5,
          cleanSamples: 1,
        },
      },
      record: {
        webhook: "chat",
        postmortem: { repository: "acme/shop", api: echo.url, token: "issueToken", logLines: 50 },
      },
    });
    await workspace.stack("prod", { imageTag: "v1", ...settings(60) });
    const chat = `${echo.url}/services/${webhookPath}`;
    const password = new URL(workspace.databaseUrl.replace("@/", "@localhost/")).password;
    expect(password).not.to.equal("");
    for (const [name, value] of Object.entries({ ...values, chat, databaseUrl: workspace.databaseUrl }))
      await workspace.secret("prod", name, value);
    const signedIn = `gate:${values.prometheusPassword}`;
    const hidden = [...Object.values(values), webhookPath, signedIn, decodeURIComponent(password)].flatMap(
      formsOf,
    );
    const expectHidden = (text: string, where: string) => {
      for (const secret of hidden) expect(text.includes(secret), `${secret} in ${where}`).to.equal(false);
    };

    const preview = await workspace.preview("prod", "--diff");
    expect(preview.exitCode, preview.text).to.equal(0);
    expectHidden(preview.text, "the preview");

    // It has the password, and is the tests' own.
    delete workspace.env.KNOWNGOOD_TEST_MACHINE;
    const good = await watched(workspace.up("prod"), workspace.folder);
    expect(good.ended.exitCode, good.ended.text).to.equal(0);
    expectHidden(good.ended.text, "the text of up");
    expect(good.commandLines.some((line) => line.includes("migrations/run.ts"))).to.equal(true);
    expect(good.gates).not.to.be.empty;
    // The service has it, or all of this would prove nothing.
    expect((await workspace.containers())["prod-api"]?.Config.Env).to.include(`TOKEN=${token}`);

    workspace.settings("prod", { imageTag: "v2", ...settings(2) });
    const sick = await watched(workspace.up("prod"), workspace.folder);
    expect(sick.ended.exitCode).to.equal(1);
    expect(sick.ended.text).to.contain("Health gate failed: api v2");
    expect(sick.ended.text).to.contain("connecting with token=[secret]");
    expect(sick.ended.text).to.contain("GET /?token=[secret]");
    expect(sick.ended.text).to.contain("Authorization: Basic [secret]");
    expect(sick.ended.text).to.contain("bad key [secret], bad token [secret]");
    expectHidden(sick.ended.text, "the failed gate's text");

    echo.knowsPrometheusUser = false;
    workspace.settings("prod", { imageTag: "v1", ...settings(60, "process.exit(1)") });
    const back = await watched(workspace.up("prod"), workspace.folder);
    expect(back.ended.exitCode).to.equal(1);
    expect(back.ended.text).to.contain("Command gate failed: smoke");
    expectHidden(back.ended.text, "the rollback's text");
    const known = await workspace.preview("prod");
    expectHidden(known.text, "the last preview");

    // Everybody was shown what is theirs, or all of this would prove nothing.
    const basic = `Basic ${Buffer.from(signedIn).toString("base64")}`;
    expect(echo.shown).to.include.members([basic, `/services/${webhookPath}`]);
    expect(echo.shown.some((shown) => shown.includes(values.githubToken))).to.equal(true);
    for (const { commandLines, gates } of [good, sick, back]) {
      commandLines.forEach((line) => expectHidden(line, "a command line"));
      gates.forEach((environment) => expectHidden(environment, "a gate's environment"));
    }
    expectHidden((await workspace.pulumi("stack", "output", "--stack", "prod")).text, "the outputs");
    expectHidden((await workspace.pulumi("stack", "export", "--stack", "prod")).stdout, "the state");
    const files = filesIn(workspace.folder);
    const places = files.map((file) => relative(workspace.folder, file));
    for (const place of [
      /^\.knowngood\/records\.jsonl$/,
      /^\.knowngood\/evidence\/.*\/api\.log$/,
      /^\.knowngood\/evidence\/.*\/evidence\.json$/,
      /^\.knowngood\/knowngood-prod\/.*health-api\.json$/,
      /^\.knowngood\/knowngood-prod\/.*smoke\.json$/,
      /^\.knowngood\/assessments\//,
      /^\.knowngood\/backups\/.*\.json$/,
      /^\.pulumi\/stacks\//,
    ])
      expect(
        places.some((name) => place.test(name)),
        `${String(place)} in\n${places.join("\n")}`,
      ).to.equal(true);
    for (const file of files) expectHidden(readFileSync(file, "latin1"), file);
  });
});

/** All files of a folder, also the hidden ones; no links, which lead to this package's own. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

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
