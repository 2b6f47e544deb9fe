import { expect } from "chai";
import { spawn, spawnSync, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../toolchain/machine/registry";
import { startSshServer, type SshServer } from "../hosts/sshServer";
import { CommandStack, type DeclaredCommand, type Finished } from "./commandStack";

// All of this holds for the official plugin too, but for what a wrong key is told with.
describe("command:remote on a host", function () {
  this.timeout(180_000);
  let stack: CommandStack;
  let server: SshServer;
  let gate: SshServer;
  let folder: string;
  const file = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(file(name), "utf8");

  /** How a Command reaches the server. */
  const connection = (to = server) => ({
    host: "127.0.0.1",
    port: to.port,
    user: to.user,
    privateKey: to.key,
    hostKey: to.hostKey,
    dialErrorLimit: 3,
  });
  const command = (
    args: Record<string, unknown>,
    kind: "Command" | "CopyToRemote" = "Command",
  ): DeclaredCommand => ({
    remote: true,
    kind,
    args: { connection: connection(), ...args },
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kg-remote-"));
    server = await startSshServer({ settings: ["AcceptEnv OWN PULUMI_COMMAND_*"] });
    gate = await startSshServer();
    stack = await CommandStack.create();
  });
  after(async () => {
    await stack?.remove();
    await gate?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("a Command", () => {
    let up: Finished;
    let agent: { pid: number; socket: string };

    before(async () => {
      agent = startAgent(file("agent"), join(server.folder, "client_key"));
      const locked = join(server.folder, "locked_key");
      execFileSync("cp", [join(server.folder, "client_key"), locked]);
      execFileSync("ssh-keygen", ["-q", "-p", "-N", "behind-a-word", "-f", locked]);
      const keyless = { ...connection(), privateKey: undefined };
      up = await stack.up({
        plain: command({ create: "echo one; echo two >&2", delete: `echo deleted >> ${file("plain")}` }),
        stdin: command({ create: "cat", stdin: "an input\nof two lines" }),
        secret: command({ create: "wc -c", stdin: { secret: "a-secret-input" } }),
        environment: command({ create: 'echo "$OWN"', environment: { OWN: "own value" } }),
        silent: command({ create: "echo not-to-be-shown", logging: "none" }),
        agent: command({
          create: "echo by agent",
          connection: { ...keyless, agentSocketPath: agent.socket },
        }),
        locked: command({
          create: "echo unlocked",
          connection: {
            ...keyless,
            privateKey: readFileSync(locked, "utf8"),
            privateKeyPassword: "behind-a-word",
          },
        }),
        jumped: command({ create: "echo jumped", connection: { ...connection(), proxy: connection(gate) } }),
      });
    });
    after(() => process.kill(agent.pid));

    it("runs on the host, with its input and environment, by key, agent and jump host", async () => {
      expect(up.code, up.output).to.equal(0);
      const state = await stack.state();
      const printed = (name: string) => state[name]?.outputs["stdout"];
      expect([state["plain"]?.outputs["stdout"], state["plain"]?.outputs["stderr"]]).to.deep.equal([
        "one",
        "two",
      ]);
      for (const [name, text] of [
        ["stdin", "an input\nof two lines"],
        ["secret", "14"],
        ["environment", "own value"],
        ["agent", "by agent"],
        ["locked", "unlocked"],
        ["jumped", "jumped"],
      ] as const)
        expect(printed(name), name).to.equal(text);
      expect(gate.log()).to.contain("Accepted publickey");
      expect(up.output).to.contain("by agent").and.not.to.contain("not-to-be-shown");
    });

    it("leaves keys, passwords and secret input in no state and no output", async () => {
      const kept = (await stack.stateText()) + up.output;
      const keyLines = server.key.split("\n").filter((line) => line !== "" && !line.startsWith("-"));
      for (const secret of ["behind-a-word", keyLines[1] ?? "none", "a-secret-input"])
        expect(kept, secret).not.to.contain(secret);
    });

    it("runs again on a change, is replaced on a trigger, and runs its delete", async () => {
      const changes = (triggers: unknown[], OWN: string) => ({
        plain: command({
          create: `echo "created $OWN" >> ${file("runs")}; echo created`,
          update: `echo "updated after $PULUMI_COMMAND_STDOUT" >> ${file("runs")}`,
          delete: `echo deleted >> ${file("runs")}`,
          environment: { OWN },
          triggers,
        }),
      });
      await stack.up({});
      expect(read("plain")).to.equal("deleted\n");
      for (const [triggers, own] of [
        [[1], "a"],
        [[1], "b"],
        [[2], "b"],
        [[2], "b"],
      ] as [number[], string][])
        expect((await stack.up(changes(triggers, own))).code).to.equal(0);
      await stack.up({});
      expect(read("runs").split("\n")).to.deep.equal([
        "created a",
        "updated after created",
        "created b",
        "deleted",
        "deleted",
        "",
      ]);
    });

    it("fails with what the command printed", async () => {
      const failed = await stack.up({ failing: command({ create: "echo the reason >&2; exit 3" }) });
      expect(failed.code).not.to.equal(0);
      expect(failed.output)
        .to.contain("the reason")
        .and.to.match(/status 3/);
      expect((await stack.state())["failing"]).to.equal(undefined);
    });

    it("is ended on the host when the up is interrupted", async () => {
      stack.declare({ waits: command({ create: `echo $$ > ${file("pid")}; exec sleep 4101` }) });
      const waits = stack.start("up", "--yes", "--skip-preview");
      while (!existsSync(file("pid")) || read("pid") === "") await sleep(50);
      waits.signal("SIGINT");
      expect((await waits.finished).code).not.to.equal(0);
      const state = () =>
        spawnSync("ps", ["-o", "stat=", "-p", read("pid").trim()], { encoding: "utf8" }).stdout;
      while (!/^(Z.*)?$/.test(state().trim())) await sleep(50);
    });
  });

  /** Pulumi breaks lines wherever they end. */
  const inOneLine = ({ output }: Finished) => output.replaceAll(/\s+/g, " ");

  it("refuses another host key than the one that is expected, before anything is sent", async () => {
    const create = `touch ${file("touched")}`;
    for (const wrong of [
      { ...connection(), hostKey: gate.hostKey, dialErrorLimit: -1 },
      { ...connection(), proxy: { ...connection(gate), hostKey: server.hostKey, dialErrorLimit: -1 } },
    ]) {
      const up = await stack.up({ wrong: command({ create, connection: wrong }) });
      expect(up.code).not.to.equal(0);
      expect(inOneLine(up)).to.match(
        /shows another key than hostKey: 127\.0\.0\.1: found ssh-ed25519 SHA256:/,
      );
    }
    expect(existsSync(file("touched"))).to.equal(false);
  });

  it("says that a host can't be reached after as many attempts as are allowed", async () => {
    const port = await freePort();
    const up = await stack.up({
      nobody: command({ create: "true", connection: { ...connection(), port, dialErrorLimit: 2 } }),
    });
    expect(up.code).not.to.equal(0);
    expect(inOneLine(up)).to.match(/can't be reached \(2 of 2 attempts\): .*refused/);
  });

  it("copies a file, a text and a folder, and again when they have changed", async () => {
    const source = file("source");
    mkdirSync(join(source, "below"), { recursive: true });
    writeFileSync(join(source, "one"), "one");
    writeFileSync(join(source, "below", "two"), "two");
    mkdirSync(file("there"));
    const copies = () => ({
      file: command(
        { source: { file: join(source, "one") }, remotePath: file("new/place/one") },
        "CopyToRemote",
      ),
      into: command({ source: { file: join(source, "one") }, remotePath: file("there") }, "CopyToRemote"),
      text: command({ source: { text: "a text" }, remotePath: file("there/text") }, "CopyToRemote"),
      folder: command({ source: { folder: source }, remotePath: file("all") }, "CopyToRemote"),
      contents: command({ source: { folder: `${source}/` }, remotePath: file("contents") }, "CopyToRemote"),
    });
    const first = await stack.up(copies());
    expect(first.code, first.output).to.equal(0);
    expect([read("new/place/one"), read("there/one"), read("there/text")]).to.deep.equal([
      "one",
      "one",
      "a text",
    ]);
    expect([read("all/source/below/two"), read("contents/below/two")]).to.deep.equal(["two", "two"]);
    writeFileSync(join(source, "one"), "another");
    rmSync(file("there/text"));
    expect((await stack.up(copies())).code).to.equal(0);
    expect([read("new/place/one"), read("all/source/one")]).to.deep.equal(["another", "another"]);
    expect(readdirSync(file("there")), "what has not changed is not copied again").to.deep.equal(["one"]);
    writeFileSync(file("taken"), "");
    const taken = await stack.up({
      folder: command({ source: { folder: source }, remotePath: file("taken") }, "CopyToRemote"),
    });
    expect(taken.code).not.to.equal(0);
    expect(taken.output).to.match(/taken/);
  });
});

/** An agent of the test's own that holds one key. */
function startAgent(socket: string, key: string): { pid: number; socket: string } {
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  const deadline = Date.now() + 30_000;
  while (!existsSync(socket) && Date.now() < deadline) spawnSync("sleep", ["0.05"]);
  execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { pid: agent.pid ?? 0, socket };
}
