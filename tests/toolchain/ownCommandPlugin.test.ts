import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "@pulumi/command/package.json";
import { setUp } from "../../toolchain/setup.mjs";
import { CommandStack } from "./commandStack";

// Where the plugin of this repository does better than the official one, or less.
describe("command plugin of this repository", function () {
  this.timeout(120_000);
  let stack: CommandStack;

  before(async function () {
    const { env } = await setUp({ say: () => undefined });
    if (!isOwnPlugin(env["PULUMI_HOME"])) this.skip();
    stack = await CommandStack.create();
  });
  after(() => stack?.remove());

  it("goes on after a line of 300 KB, keeps it whole and shows it cut", async () => {
    const create = `node -e 'process.stdout.write("x".repeat(300000) + "\\nlast\\n")'`;
    const up = await stack.up({ long: { args: { create } } });
    expect(up.code, up.output.slice(0, 2000)).to.equal(0);
    expect(up.output).to.include(`${"x".repeat(4096)} … (295904 more bytes)`);
    expect(up.output).not.to.include("x".repeat(4097));
    expect((await stack.state())["long"]?.outputs["stdout"]).to.equal(`${"x".repeat(300_000)}\nlast`);
  });

  it("cuts the start of a failure's long output", async () => {
    const create = `node -e 'process.stdout.write("y".repeat(600000) + "\\nreason\\n"); process.exitCode = 1'`;
    const up = await stack.up({ failing: { args: { create, logging: "none" } } });
    expect(up.code).not.to.equal(0);
    expect(up.output).to.include("bytes before this are left out)").and.to.include("reason");
  });

  it("ends the command and its children gracefully when the up is interrupted", async () => {
    const create = `sh -c 'trap "echo child >> stopped; exit 0" TERM; echo $$ > child; while :; do sleep 0.05; done' & wait`;
    stack.declare({ waits: { args: { create, interpreter: ["/bin/sh", "-c"] } } });
    const up = stack.start("up", "--yes", "--skip-preview");
    const child = join(stack.folder, "child");
    while (!existsSync(child) || readFileSync(child, "utf8") === "")
      await new Promise((done) => setTimeout(done, 50));
    up.signal("SIGINT");
    const { code } = await up.finished;
    expect(code).not.to.equal(0);
    expect(readFileSync(join(stack.folder, "stopped"), "utf8")).to.equal("child\n");
    // An ended child stays listed (Z) where nothing collects orphans.
    const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", readFileSync(child, "utf8").trim()], {
      encoding: "utf8",
    });
    expect(stdout.trim()).to.match(/^(Z.*)?$/);
  });
});

function isOwnPlugin(home = join(process.env["HOME"] ?? "", ".pulumi")): boolean {
  const folder = join(home, "plugins", `resource-command-v${version}`);
  return readFileSync(join(folder, "pulumi-resource-command")).includes("this build of the command plugin");
}
