import { expect } from "chai";
import { mkdtempSync, readFileSync, readdirSync, rmSync, existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { HostKeyMismatch, HostLost, HostTimeout, HostUnreachable } from "../../hosts/errors";
import type { Host } from "../../hosts/host";
import { fingerprint } from "../../hosts/refusals";
import { runChild } from "../../hosts/runChild";
import { runOn } from "../../hosts/runOn";
import { framedScript, loader } from "../../hosts/script";
import { freePort } from "../../toolchain/machine/registry";
import { authorize, startSshServer, wireTo, type SshServer } from "./sshServer";

const timeoutMs = 60_000;

/** The command lines of all processes of this machine, which is also the host. */
function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    });
}

const runs = (mark: string) => commandLines().some((line) => line.includes(mark));

async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(20);
}

const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

function connectionFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("knowngood-ssh-"));
}

describe("a script on a host", () => {
  let server: SshServer;
  let folder: string;
  const temporary = process.env.TMPDIR;
  before(async () => {
    server = await startSshServer();
    folder = mkdtempSync(join(tmpdir(), "kg-runon-"));
    process.env.TMPDIR = mkdtempSync(join(folder, "temporary-"));
  });
  after(async () => {
    delete process.env.TMPDIR;
    if (temporary !== undefined) process.env.TMPDIR = temporary;
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const places: [string, () => Host | undefined][] = [
    ["over ssh", () => server.host],
    ["on this machine", () => undefined],
  ];
  for (const [place, where] of places) {
    describe(place, () => {
      it("has its words, its input, both outputs and its exit code", async () => {
        const lines: string[] = [];
        const answer = await runOn(
          where(),
          `# a 'quoted' script\nprintf '%s|' "$#" "$@"; echo; cat; printf 'wrong' >&2\nexit 7 # with a comment`,
          {
            words: ["a b", "it's\n$HOME", ""],
            stdin: "first\nsecond",
            timeoutMs,
            onLine: (line) => lines.push(line),
          },
        );
        expect(answer).to.deep.equal({
          exitCode: 7,
          output: "3|a b|it's\n$HOME||\nfirst\nsecond",
          problem: "wrong",
        });
        expect(lines).to.deep.equal(["3|a b|it's", "$HOME||", "first"]);
      });

      it("reads nothing where it is given nothing, and leaves input that it does not want", async () => {
        expect(await runOn(where(), "cat; exit 255", { timeoutMs })).to.include({
          exitCode: 255,
          output: "",
        });
        const answer = await runOn(where(), "echo done", { stdin: "x".repeat(1_000_000), timeoutMs });
        expect(answer).to.deep.equal({ exitCode: 0, output: "done\n", problem: "" });
      });

      it("takes a long script, and says of one that can't be read what the shell says", async () => {
        const long = `${"# a long line of a comment that has to be read\n".repeat(1000)}echo read`;
        expect(await runOn(where(), long, { timeoutMs })).to.include({ exitCode: 0, output: "read\n" });
        const broken = await runOn(where(), "if true; then echo begun", { timeoutMs });
        expect(broken).to.include({ output: "" });
        expect(broken.exitCode).to.be.greaterThan(0);
        expect(broken.problem).to.match(/syntax/i);
      });

      it("keeps the end of what is printed", async () => {
        const answer = await runOn(where(), "seq 1 200000; seq 1 200000 >&2", {
          timeoutMs,
          keptBytes: 100_000,
        });
        expect(answer.output.length).to.be.within(20_000, 200_000);
        expect(answer.output).to.match(/^\d+\n[^]*\n200000\n$/);
        expect(answer.problem).to.match(/\n200000\n$/);
      });

      it("stands in no process list", async () => {
        const secrets = { words: ["secret-word-7c1"], stdin: "secret-input-7c2", timeoutMs };
        const seen: string[] = [];
        const script = `: secret-script-7c3; cat >/dev/null; touch ${folder}/up; sleep 4008 & wait_for=$!; while [ -e ${folder}/up ]; do sleep 0.05; done; kill $wait_for`;
        const running = runOn(where(), script, secrets);
        await until(() => runs("sleep 4008"));
        seen.push(...commandLines());
        rmSync(join(folder, "up"));
        await running;
        expect(seen.filter((line) => line.includes("sleep 4008"))).to.have.length.greaterThan(0);
        expect(seen.filter((line) => /secret-(word|input|script)/.test(line))).to.deep.equal([]);
      });

      it("is ended with its children when it is interrupted, or takes too long", async () => {
        const stop = new AbortController();
        const reason = new Error("stopped");
        const first = thrownBy(runOn(where(), "sleep 4001", { timeoutMs, signal: stop.signal }));
        await until(() => runs("sleep 4001"));
        stop.abort(reason);
        expect(await first).to.equal(reason);
        await until(() => !runs("sleep 4001"));
        const late = await thrownBy(runOn(where(), "sleep 4002", { timeoutMs: 3000 }));
        expect(late).to.be.instanceOf(HostTimeout);
        expect((late as Error).message).to.match(
          /^What ran on .* did not end within 3 s, and was ended\.$|^ssh:.* did not answer within 3 s\.$/,
        );
        await until(() => !runs("sleep 4002"));
      });

      it("may clean up when it is asked to end", async () => {
        const stop = new AbortController();
        const script = `trap 'echo cleaned > ${folder}/cleaned; exit 1' TERM; touch ${folder}/begun; sleep 4003`;
        const run = thrownBy(runOn(where(), script, { timeoutMs, signal: stop.signal }));
        await until(() => existsSync(join(folder, "begun")));
        stop.abort();
        await run;
        await until(() => existsSync(join(folder, "cleaned")));
        rmSync(join(folder, "begun"));
        rmSync(join(folder, "cleaned"));
      });

      it("leaves alone what it has started to stay", async () => {
        await runOn(
          where(),
          "setsid sleep 4004 >/dev/null 2>&1 </dev/null & nohup sleep 4005 >/dev/null 2>&1 &",
          {
            timeoutMs,
          },
        );
        expect([runs("sleep 4004"), runs("sleep 4005")]).to.deep.equal([true, true]);
        await runOn(
          where(),
          `for p in /proc/[0-9]*; do case $(tr '\\0' ' ' < $p/cmdline 2>/dev/null) in "sleep 4004 "|"sleep 4005 ") kill "\${p#/proc/}";; esac; done`,
          { timeoutMs },
        );
        await until(() => !runs("sleep 4004") && !runs("sleep 4005"));
      });
    });
  }

  it("is not run in part where it was sent in part", async () => {
    const script = "echo ran\necho 'and more'; cat <<END\nand more\nEND\necho ended";
    const framed = Buffer.from(framedScript(script, ["a"], 0, { end: "ended-" }));
    for (const missing of [0, 1, 2, 3, 10, 40, 200, framed.length - 30]) {
      const sent = framed.subarray(0, framed.length - missing);
      let output = "";
      await runChild(["sh", "-c", loader(sent.length, { begin: "begins" })], {
        environment: process.env,
        input: [() => Readable.from([sent])],
        begun: () => true,
        timeoutMs,
        onOutput: (chunk) => (output += chunk.toString()),
        onProblem: () => undefined,
      });
      expect(output.includes("ran"), `without the last ${missing} bytes`).to.equal(missing < 2);
    }
  });

  it("ends where the connection is cut", async () => {
    const wire = await wireTo(server.port);
    const host = { ...server.host, address: `ssh://${server.user}@127.0.0.1:${wire.port}` };
    const run = thrownBy(runOn(host, "sleep 4006", { timeoutMs }));
    await until(() => runs("sleep 4006"));
    await wire.cut();
    const error = await run;
    expect(error).to.be.instanceOf(HostLost);
    expect((error as Error).message).to.match(/^The connection to .* was lost: .*\n.*isn't known/);
    await until(() => !runs("sleep 4006"));
  });

  it("is ended on the host where the connection stalls, once nobody waits any more", async () => {
    const wire = await wireTo(server.port);
    const host = { ...server.host, address: `ssh://${server.user}@127.0.0.1:${wire.port}` };
    const stop = new AbortController();
    const run = thrownBy(runOn(host, "sleep 4007", { timeoutMs, signal: stop.signal }));
    await until(() => runs("sleep 4007"));
    wire.stall();
    const reason = new Error("stopped");
    stop.abort(reason);
    expect(await run).to.equal(reason);
    await wire.close();
    await until(() => !runs("sleep 4007"));
  });

  it("jumps over another host", async () => {
    const gate = await startSshServer();
    try {
      const { key, hostKey } = server;
      authorize(gate, server);
      const host = { address: server.address, key, jump: gate.address };
      const both = await runOn({ ...host, hostKeys: [hostKey, gate.hostKey] }, "echo there", { timeoutMs });
      expect(both.output).to.equal("there\n");
      expect(gate.log()).to.contain("Accepted publickey");
      const error = await thrownBy(runOn({ ...host, hostKeys: [hostKey] }, "echo there", { timeoutMs }));
      expect(error).to.be.instanceOf(HostKeyMismatch);
      expect((error as Error).message).to.contain(`the host or of ${gate.address}`);
    } finally {
      await gate.stop();
    }
  });

  describe("is not sent", () => {
    it("to a host with another key: both fingerprints, and what to do", async () => {
      const other = await startSshServer();
      try {
        const expected = other.hostKey;
        const found = await other.changeHostKey();
        const error = await thrownBy(runOn(other.host, `touch ${folder}/touched`, { timeoutMs }));
        expect(error).to.be.instanceOf(HostKeyMismatch);
        expect((error as Error).message.split("\n")).to.deep.equal([
          `${other.address} shows another host key than it should: found ${fingerprint(found)}; expected ${fingerprint(expected)}, of its hostKeys.`,
          "Either the host was set up anew, or something else answers in its place. Nothing was sent to it.",
          "Ask who runs the host, or compare on the host's own console: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done",
          "Only where they are equal: write the host's new public key to hostKeys.",
        ]);
        expect(existsSync(join(folder, "touched"))).to.equal(false);
        const both = { ...other.host, hostKeys: [expected, found] };
        expect(await runOn(both, "echo taken", { timeoutMs })).to.include({ output: "taken\n" });
      } finally {
        await other.stop();
      }
    });

    it("to a host of which nothing is known", async () => {
      const stranger: Host = { address: server.address, key: server.key };
      const error = await thrownBy(runOn(stranger, "true", { timeoutMs }));
      expect(error).to.be.instanceOf(HostKeyMismatch);
      expect((error as Error).message.split("\n")).to.deep.equal([
        `Nothing is known of the host key of ${server.address}: found ${fingerprint(server.hostKey)}. Nothing was sent to it.`,
        "Compare it on the host's own console: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done",
        `Where they are equal: ssh ${server.address} true asks and remembers it; or write the public key to hostKeys.`,
      ]);
    });

    it("where nobody listens, nobody answers, or the key is not taken", async () => {
      const port = await freePort();
      const refused = await thrownBy(runOn({ address: `ssh://x@127.0.0.1:${port}` }, "true", { timeoutMs }));
      expect(refused).to.be.instanceOf(HostUnreachable);
      expect((refused as Error).message).to.equal(
        `ssh://x@127.0.0.1:${port} can't be reached: ssh: connect to host 127.0.0.1 port ${port}: Connection refused\nTo try it: ssh ssh://x@127.0.0.1:${port} true`,
      );
      const wire = await wireTo(server.port);
      wire.stall();
      const silent = { ...server.host, address: `ssh://x@127.0.0.1:${wire.port}`, connectTimeout: 1 };
      const unanswered = await thrownBy(runOn(silent, "true", { timeoutMs }));
      await wire.close();
      expect(unanswered).to.be.instanceOf(HostUnreachable);
      expect((unanswered as Error).message).to.match(/can't be reached: .*(timed out|no answer within 1 s)/);
      const garbage = createServer((socket) => socket.end("HTTP/1.0 400 Bad Request\r\n\r\n"));
      await new Promise<void>((resolve) => garbage.listen(0, "127.0.0.1", resolve));
      const { port: web } = garbage.address() as AddressInfo;
      const strange = await thrownBy(runOn({ address: `ssh://x@127.0.0.1:${web}` }, "true", { timeoutMs }));
      garbage.close();
      expect(strange).to.be.instanceOf(HostUnreachable);
      expect((strange as Error).message).to.match(/can't be reached: \S/);
      const stranger = await startSshServer();
      const { key } = stranger.host;
      await stranger.stop();
      const denied = await thrownBy(runOn({ ...server.host, key: key ?? "" }, "true", { timeoutMs }));
      expect(denied).to.be.instanceOf(HostUnreachable);
      expect((denied as Error).message).to.match(/Permission denied \(publickey\)[^]*authorized_keys/);
    });

    it("where there is no ssh on this machine", async () => {
      const path = process.env.PATH;
      process.env.PATH = folder;
      const error = await thrownBy(runOn(server.host, "true", { timeoutMs }));
      process.env.PATH = path;
      expect(error).to.be.instanceOf(HostUnreachable);
      expect((error as Error).message).to.contain("apt-get install openssh-client");
    });
  });

  it("leaves no file on this machine, whatever came of it", () => {
    expect(connectionFolders()).to.deep.equal([]);
  });
});
