import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressOf, bodyOf, wordsOf } from "../../gates/flagOff";
import { callFlagService, type FlagCall } from "../../gates/flagHttp";
import type { FlagReport, FlagRequest } from "../../gates/flagRequest";
import { moveEnvironment } from "../../gates/move";
import { FlagServer } from "./flagServer";
import { endOf, startRunner, until } from "./runner";

const move = moveEnvironment({ direction: "rollback", stack: "shop/prod", from: "v3", to: "v2" });
const token = "Zk9/tok en+and&more";

describe("gates: a flag turned off, as a process", function () {
  this.timeout(60_000);
  const children: ChildProcess[] = [];
  let server: FlagServer;
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await server?.stop();
  });

  const served = async (...answer: ConstructorParameters<typeof FlagServer>) => {
    server = new FlagServer(...answer);
    await server.start();
    return server;
  };
  const started = (request: unknown) => {
    const child = startRunner("flag", request, { ...move, PULUMI_CONFIG: "decrypted" });
    children.push(child);
    return child;
  };
  const http = (more: Partial<FlagRequest> = {}, call: object = {}): FlagRequest => ({
    flag: "new checkout/€",
    off: {
      kind: "http",
      method: "PATCH",
      url: `${server.url}/api/{flag}/off?name={flag}`,
      headers: { Authorization: token },
      body: '{"name": "{flag}", "on": false}',
      ...call,
    },
    within: 20,
    strict: false,
    redact: [token],
    ...more,
  });
  const command = (words: string[], more: Partial<FlagRequest> = {}): FlagRequest => ({
    flag: 'a"b; $(x)',
    off: { kind: "command", command: words, env: { TOKEN: token } },
    within: 30,
    strict: false,
    redact: [token],
    ...more,
  });
  const reportOf = async (request: FlagRequest) => {
    const { exitCode, stdout, stderr } = await endOf(started(request));
    expect(exitCode, stderr).to.equal(0);
    expect(stdout + stderr).not.to.contain(token);
    expect(stdout).to.match(/^\{.*\}\n$/);
    const { startedAt, endedAt, ...report } = JSON.parse(stdout) as FlagReport;
    expect(endedAt >= startedAt).to.equal(true);
    return report;
  };

  it("sends one request with the flag's name in its place, the secret header, and passes with 2xx", async () => {
    await served((_called, response) => void response.writeHead(204).end());
    expect(await reportOf(http())).to.deep.equal({ outcome: "off", flag: "new checkout/€" });
    const name = encodeURIComponent("new checkout/€");
    const [call, ...more] = server.calls;
    expect(more).to.deep.equal([]);
    expect(call).to.deep.include({
      method: "PATCH",
      path: `/api/${name}/off?name=${name}`,
      body: '{"name": "new checkout/€", "on": false}',
    });
    expect(call?.headers).to.include({ authorization: token, "content-type": "application/json" });
  });

  it("passes with garbage in a good answer, of which the status alone counts", async () => {
    await served(
      (_called, response) => void response.writeHead(200, { "content-length": "9" }).end("\0<html>"),
    );
    expect(await reportOf(http())).to.include({ outcome: "off" });
  });

  const refusals: [number, string][] = [
    [401, "the flag service answered 401 (1 attempt)"],
    [404, "the flag service answered 404, which says that it does not know the flag (1 attempt)"],
    [302, "the flag service answered 302 (1 attempt)"],
  ];
  for (const [status, why] of refusals) {
    it(`says that it is not off with ${status}, passes all the same, and asks once`, async () => {
      await served((_called, response) => void response.writeHead(status, { location: "/login" }).end());
      expect(await reportOf(http())).to.deep.equal({ outcome: "notOff", flag: "new checkout/€", why });
      expect(server.calls).to.have.length(1);
    });
  }

  it("takes 404 for off where the settings expect it, and 200 for not off where they don't", async () => {
    await served((_called, response, count) => void response.writeHead(count === 1 ? 404 : 200).end());
    expect(await reportOf(http({}, { expect: [404] }))).to.include({ outcome: "off" });
    expect(await reportOf(http({}, { expect: [404] }))).to.include({ outcome: "notOff" });
  });

  it("asks again after 500, and no more than three times", async () => {
    await served((_called, response, count) => void response.writeHead(count === 2 ? 200 : 500).end());
    expect(await reportOf(http())).to.include({ outcome: "off" });
    expect(server.calls).to.have.length(2);
    await server.stop();
    await served((_called, response) => void response.writeHead(500).end("oops"));
    expect(await reportOf(http())).to.include({ why: "the flag service answered 500 (3 attempts)" });
    expect(server.calls).to.have.length(3);
  });

  it("goes on without a service that does not answer, or is not there", async () => {
    await served(() => undefined);
    expect(await reportOf(http({ within: 1 }))).to.include({
      outcome: "notOff",
      why: "no answer within 1 s (1 attempt)",
    });
    const gone = http();
    await server.stop();
    expect(await reportOf(gone)).to.include({ outcome: "notOff", why: "connection refused (3 attempts)" });
  });

  it("ends the up where the settings are strict, with what to do, and shows no secret", async () => {
    await served((_called, response) => void response.writeHead(403).end());
    const { exitCode, stdout, stderr } = await endOf(started(http({ strict: true, flag: "search" })));
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
    expect(stderr).to.equal(
      "The flag search can't be turned off on shop/prod: the flag service answered 403 (1 attempt).\n" +
        "No service was touched, since flags.strict is set; the next up tries again.\n" +
        "To go on without it: pulumi config set --path flags.strict false --stack prod\n",
    );
    expect(server.calls[0]?.headers.authorization).to.equal(token);
  });

  it("runs a command with the flag's name as one word, its secrets, what for, and nothing of Pulumi's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "knowngood-flag-"));
    try {
      const file = join(folder, "told");
      const shell = `printf '%s\\n' "$1" "$TOKEN" "$KNOWNGOOD_DIRECTION $KNOWNGOOD_TO" "\${PULUMI_CONFIG-none}" > ${file}`;
      const report = await reportOf(command(["sh", "-c", shell, "sh", "--name={flag}"]));
      expect(report).to.deep.equal({ outcome: "off", flag: 'a"b; $(x)' });
      expect(readFileSync(file, "utf8")).to.equal(`--name=a"b; $(x)\n${token}\nrollback v2\nnone\n`);
      expect(existsSync(join(folder, "x"))).to.equal(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const failures: [string, string[], Partial<FlagRequest>, string][] = [
    ["fails", ["sh", "-c", 'echo "no $TOKEN"; exit 3', "{flag}"], {}, "exit code 3: no [secret]"],
    ["is not there", ["./no-such-program", "{flag}"], {}, "it was not found (exit code 127)"],
    [
      "does not end",
      ["sh", "-c", "exec sleep 60", "{flag}"],
      { within: 0.5 },
      "it did not end within 0.5 s and was stopped",
    ],
  ];
  for (const [what, words, more, why] of failures) {
    it(`says that it is not off where the command ${what}, and passes`, async () => {
      const report = await reportOf(command(words, more));
      expect(report.outcome).to.equal("notOff");
      expect(report.why).to.contain(why);
      expect(report.why).not.to.contain(token);
    });
  }

  it("decides nothing when it is interrupted", async () => {
    await served(() => undefined);
    const child = started(http());
    const end = endOf(child);
    await until(() => server.calls.length > 0);
    child.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await end;
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 130, stdout: "" });
    expect(stderr).to.contain("Turning off the flag new checkout/€ was interrupted (SIGTERM)");
  });
});

describe("gates: a flag service that is called", function () {
  this.timeout(60_000);
  const call = (port: number, more: Partial<FlagCall> = {}): FlagCall => ({
    method: "POST",
    url: `http://127.0.0.1:${port}/off`,
    headers: {},
    ...more,
  });
  const { signal } = new AbortController();

  it("does not have to be one: garbage, and a connection that is closed at once", async () => {
    const answers = ["SSH-2.0-OpenSSH_9.2\r\n", ""];
    let count = 0;
    const server: Server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(answers[count++] ?? ""));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { port: number };
    try {
      const ask = () => callFlagService(call(port), { within: 20, pauses: [], signal });
      expect(await ask()).to.match(/^Parse Error: Expected HTTP.* \(1 attempt\)$/);
      expect(await ask()).to.equal("connection closed without an answer (1 attempt)");
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it("has its own time to connect", async () => {
    // Stopped, it accepts nothing: what its queue has no place for does not connect.
    const listen =
      "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); })";
    const child = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
    const sockets: Socket[] = [];
    try {
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const port = Number(line.toString());
      child.kill("SIGSTOP");
      await until(() => / T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8")));
      for (let count = 0; count < 20; count++)
        sockets.push(connect(port, "127.0.0.1").on("error", () => undefined));
      await until(() => sockets.some(({ connecting }) => !connecting));
      const why = await callFlagService(call(port), { within: 50, connect: 300, pauses: [10], signal });
      expect(why).to.equal("no connection within 0.3 s (2 attempts)");
    } finally {
      sockets.forEach((socket) => socket.destroy());
      child.kill("SIGKILL");
    }
  });

  it("is not called where a header can't be sent, without showing its value", async () => {
    const why = await callFlagService(call(1, { headers: { "X-Key": "hun\nter" } }), { within: 5, signal });
    expect(why).to.equal(
      'the request can\'t be sent: Invalid character in header content ["X-Key"] (1 attempt)',
    );
  });
});

describe("gates: a flag's name", () => {
  it("is URL-encoded in an address, escaped in a body, and a word of a command as it is", () => {
    expect(addressOf("https://x/{flag}/{flag}", "a/b?c=$&")).to.equal(
      "https://x/a%2Fb%3Fc%3D%24%26/a%2Fb%3Fc%3D%24%26",
    );
    expect(bodyOf('{"flag": "{flag}"}', 'a"b\\$&')).to.equal('{"flag": "a\\"b\\\\$&"}');
    expect(wordsOf(["./flag", "--name={flag}"], "a;$& b")).to.deep.equal(["./flag", "--name=a;$& b"]);
  });

  it("leads nowhere else in an address", () => {
    for (const name of [".", ".."]) {
      expect(() => addressOf("https://x/flags/{flag}", name)).to.throw(
        `the flag's name, ${name}, can't stand`,
      );
      expect(addressOf("https://x/flags", name)).to.equal("https://x/flags");
    }
    expect(addressOf("https://x/{flag}", "...")).to.equal("https://x/...");
  });
});
