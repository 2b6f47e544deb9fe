import { expect } from "chai";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandStack, type DeclaredCommand, type Finished, type StateOfCommand } from "./commandStack";

// All of this holds for the official plugin too.
describe("command:local:Command", function () {
  this.timeout(120_000);
  let stack: CommandStack;
  const file = (name: string) => join(stack.folder, name);
  const read = (name: string) => readFileSync(file(name), "utf8");

  before(async () => {
    stack = await CommandStack.create();
    mkdirSync(file("elsewhere"));
    for (const name of ["kept.txt", "left-out.txt", "page.html"])
      writeFileSync(join(file("elsewhere"), name), name);
  });
  after(() => stack.remove());

  describe("on create", () => {
    let up: Finished;
    let state: Record<string, StateOfCommand>;
    const outputOf = (name: string, output = "stdout") => state[name]?.outputs[output];

    before(async () => {
      const say = (name: string, logging?: string): DeclaredCommand => ({
        args: {
          create: `echo ${name}-on-stdout; echo ${name}-on-stderr >&2`,
          ...(logging ? { logging } : {}),
        },
      });
      up = await stack.up({
        plain: { args: { create: "echo one; echo two; echo three >&2" } },
        ends: { args: { create: "printf 'a\\n\\n'" } },
        none: { args: {} },
        place: { args: { create: "pwd" } },
        dir: { args: { create: "pwd", dir: file("elsewhere") } },
        stdin: { args: { create: "cat", stdin: "first line\nsecond line" } },
        interpreter: { args: { create: "console.log(6 * 7)", interpreter: ["node", "-e"] } },
        environment: {
          args: {
            create: "echo $OF_THE_PLUGIN $OVERRIDDEN $OWN",
            environment: { OVERRIDDEN: "by it", OWN: "own" },
          },
        },
        noPrevious: { args: { create: "echo ${PULUMI_COMMAND_STDOUT-unset}" } },
        both: say("both"),
        stdout: say("stdout", "stdout"),
        stderr: say("stderr", "stderr"),
        stdoutAndStderr: say("stdoutAndStderr", "stdoutAndStderr"),
        silent: say("silent", "none"),
        files: {
          args: {
            create: "true",
            dir: file("elsewhere"),
            assetPaths: ["*.txt", "!left-out*"],
            archivePaths: ["*.html"],
          },
        },
        secrets: {
          args: {
            create: 'echo "$PASSWORD $(cat)"',
            environment: { PASSWORD: { secret: "open-sesame" } },
            stdin: { secret: "from-stdin" },
            delete: { secret: "echo hidden-delete" },
            logging: "none",
          },
          additionalSecretOutputs: ["stdout"],
        },
      });
      expect(up.code, up.output).to.equal(0);
      state = await stack.state();
    });

    it("keeps stdout and stderr apart, without their last line end", () => {
      expect(outputOf("plain")).to.equal("one\ntwo");
      expect(outputOf("plain", "stderr")).to.equal("three");
      expect(outputOf("ends")).to.equal("a\n");
    });
    it("does nothing without a create command", () => {
      expect(outputOf("none")).to.equal("");
    });
    it("runs in the program's folder, or in dir", () => {
      expect(outputOf("place")).to.equal(realpathSync(stack.folder));
      expect(outputOf("dir")).to.equal(realpathSync(file("elsewhere")));
    });
    it("passes stdin", () => {
      expect(outputOf("stdin")).to.equal("first line\nsecond line");
    });
    it("uses the interpreter", () => {
      expect(outputOf("interpreter")).to.equal("42");
    });
    it("adds the environment to the plugin's own and lets it win", () => {
      expect(outputOf("environment")).to.equal("inherited by it own");
    });
    it("has no previous output", () => {
      expect(outputOf("noPrevious")).to.equal("unset");
    });
    it("shows the streams that logging names, and keeps both", () => {
      const shown = (line: string) => up.output.includes(line);
      const streams = ["both", "stdout", "stderr", "stdoutAndStderr", "silent"].map((name) => [
        name,
        shown(`${name}-on-stdout`),
        shown(`${name}-on-stderr`),
      ]);
      expect(streams).to.deep.equal([
        ["both", true, true],
        ["stdout", true, false],
        ["stderr", false, true],
        ["stdoutAndStderr", true, true],
        ["silent", false, false],
      ]);
      expect(outputOf("silent")).to.equal("silent-on-stdout");
      expect(outputOf("silent", "stderr")).to.equal("silent-on-stderr");
    });
    it("returns files by glob", () => {
      expect(Object.keys(outputOf("files", "assets") as object)).to.deep.equal(["kept.txt"]);
      expect(Object.keys((outputOf("files", "archive") as { assets: object }).assets)).to.deep.equal([
        "page.html",
      ]);
    });
    it("keeps secrets out of state and output", async () => {
      const text = up.output + (await stack.stateText());
      for (const secret of ["open-sesame", "from-stdin", "hidden-delete"])
        expect(text).not.to.include(secret);
      expect(await stack.pulumi("stack", "export", "--show-secrets").then(({ output }) => output)).to.include(
        "open-sesame from-stdin",
      );
    });
    it("is unchanged when its inputs are", async () => {
      const again = await stack.pulumi("up", "--yes", "--skip-preview");
      expect(again.output).to.include("17 unchanged");
    });
  });

  describe("after create", () => {
    const commands = (change: string, trigger: string): Record<string, DeclaredCommand> => ({
      updated: {
        args: {
          create: "echo created",
          update: 'echo "updated $CHANGE, was $PULUMI_COMMAND_STDOUT"; echo u >&2',
          delete: 'echo "updated deleted, was $PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR" >> log',
          environment: { CHANGE: change },
        },
      },
      withoutUpdate: { args: { create: 'echo "created $CHANGE"', environment: { CHANGE: change } } },
      triggered: {
        args: {
          create: 'echo "created $T"',
          update: "echo never",
          delete: 'echo "triggered deleted $T" >> log',
          environment: { T: trigger },
          triggers: [trigger, { nested: [1] }],
        },
      },
      forgetful: {
        args: {
          create: "echo created",
          update: "echo ${PULUMI_COMMAND_STDOUT-unset}",
          environment: { CHANGE: change },
          addPreviousOutputInEnv: false,
        },
      },
    });
    let first: Record<string, StateOfCommand>;
    let second: Record<string, StateOfCommand>;

    before(async () => {
      const created = await stack.up(commands("1", "1"));
      expect(created.code, created.output).to.equal(0);
      first = await stack.state();
      const changed = await stack.up(commands("2", "2"));
      expect(changed.code, changed.output).to.equal(0);
      second = await stack.state();
    });

    it("runs update when an input changed, with the previous output", () => {
      expect(second["updated"]?.outputs["stdout"]).to.equal("updated 2, was created");
      expect(second["updated"]?.id).to.equal(first["updated"]?.id);
    });
    it("runs create again when there is no update", () => {
      expect(second["withoutUpdate"]?.outputs["stdout"]).to.equal("created 2");
      expect(second["withoutUpdate"]?.id).to.equal(first["withoutUpdate"]?.id);
    });
    it("replaces when a trigger changed: create, then delete with the old environment", () => {
      expect(second["triggered"]?.outputs["stdout"]).to.equal("created 2");
      expect(second["triggered"]?.id).not.to.equal(first["triggered"]?.id);
      expect(read("log")).to.equal("triggered deleted 1\n");
    });
    it("leaves the previous output out when told so", () => {
      expect(second["forgetful"]?.outputs["stdout"]).to.equal("unset");
    });
    it("runs delete, with the last output, when it is no longer declared", async () => {
      const removed = await stack.up({
        withoutUpdate: commands("2", "2")["withoutUpdate"] as DeclaredCommand,
      });
      expect(removed.code, removed.output).to.equal(0);
      expect(read("log").split("\n").sort().filter(Boolean)).to.deep.equal([
        "triggered deleted 1",
        "triggered deleted 2",
        "updated deleted, was updated 2, was created u",
      ]);
      expect(Object.keys(await stack.state())).to.deep.equal(["withoutUpdate"]);
    });
  });

  describe("on failure", () => {
    before(() => stack.up({}));

    const fails = 'echo before; echo "reason" >&2; exit 3';
    const gate = (change: string): DeclaredCommand => ({
      args: {
        create: "echo created",
        update: `echo ran >> updates; ${fails}`,
        environment: { CHANGE: change },
      },
    });

    it("of create leaves no state and tells the command and its output", async () => {
      const up = await stack.up({ updating: gate("old"), failing: { args: { create: fails } } });
      expect(up.code).not.to.equal(0);
      expect(up.output).to.include(`exit status 3: running ${JSON.stringify(fails)}:\n`);
      // Two streams: which of them is read first is nobody's promise.
      expect(up.output).to.match(/^\s*before$/m);
      expect(up.output).to.match(/^\s*reason$/m);
      expect(Object.keys(await stack.state())).to.deep.equal(["updating"]);
    });
    it("of update keeps the old inputs and outputs, so that the next up runs it again", async () => {
      for (const runs of [1, 2]) {
        const up = await stack.up({ updating: gate("new") });
        expect(up.code).not.to.equal(0);
        const { updating } = await stack.state();
        expect(updating?.inputs["environment"]).to.deep.equal({ CHANGE: "old" });
        expect(updating?.outputs["stdout"]).to.equal("created");
        expect(read("updates")).to.equal("ran\n".repeat(runs));
      }
    });
    it("of delete keeps the resource", async () => {
      const deletable = { args: { create: "true", delete: "test -e allowed" } };
      expect((await stack.up({ deletable })).code).to.equal(0);
      expect((await stack.up({})).code).not.to.equal(0);
      expect(Object.keys(await stack.state())).to.deep.equal(["deletable"]);
      writeFileSync(file("allowed"), "");
      expect((await stack.up({})).code).to.equal(0);
      expect(await stack.state()).to.deep.equal({});
    });
    it("of starting it names what is missing", async () => {
      const up = await stack.up({ missing: { args: { create: "true", interpreter: ["/no/such/program"] } } });
      expect(up.code).not.to.equal(0);
      expect(up.output).to.include("/no/such/program");
      expect(existsSync("/no/such/program")).to.equal(false);
    });
  });
});
