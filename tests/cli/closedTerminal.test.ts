import { expect } from "chai";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listenForInterruption } from "../../cli/interruption";
import { StallingPulumi } from "./stallingPulumi";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");

interface Moment {
  name: string;
  /** What is waited for on the screen; otherwise that Pulumi waits. */
  question?: string;
  prepare?: (project: StallingPulumi) => void;
  /** What the stack file says then. @default as before */
  tag?: string;
  calls: readonly string[];
}

const stopped = (step: string) => (project: StallingPulumi) => {
  project.stallAt("up begun");
  project.record({ stoppedAt: { step, open: ["api"] } });
  project.answer("up.fails", "");
};

const moments: readonly Moment[] = [
  { name: "settings are asked for", prepare: (project) => project.stallAt("config"), calls: ["config"] },
  {
    name: "the move is previewed",
    prepare: (project) => project.stallAt("preview"),
    calls: ["config", "preview"],
  },
  { name: "it asks", question: "Roll back to v1 on prod?", calls: ["config", "preview"] },
  { name: "images are pulled", prepare: stopped("images"), calls: ["config", "preview", "up"] },
  { name: "services change", prepare: stopped("services"), calls: ["config", "preview", "up"], tag: "v1" },
];

describe("a terminal that closes in the middle of a rollback", () => {
  let project: StallingPulumi;
  beforeEach(() => (project = new StallingPulumi()));
  afterEach(() => project.dispose());

  /** The shell of the terminal dies of it, as a person's does; another one outlives it to keep what the command ended with. */
  async function closedAt({ question, prepare }: Moment): Promise<string> {
    prepare?.(project);
    const code = join(project.folder, "code");
    const words = `${process.execPath} ${command} rollback v1 --stack prod${question === undefined ? " --yes" : ""}`;
    writeFileSync(
      join(project.folder, "outlives.sh"),
      `trap : HUP\nstty cols 160 rows 40\n${words}\necho $? > code\n`,
    );
    const terminal = spawn("script", ["--quiet", "--command", "sh outlives.sh; :", "/dev/null"], {
      ...{ cwd: project.folder, env: { ...project.environment, SHELL: "/bin/sh" } },
      stdio: ["pipe", "pipe", "ignore"],
    });
    let said = "";
    terminal.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = () => existsSync(code) || terminal.exitCode !== null;
    if (question === undefined) await project.reached(ended);
    else while (!said.includes(question) && !ended()) await sleep(10);
    expect(ended(), `It ended before that moment:\n${said}`).to.equal(false);
    terminal.kill("SIGKILL");
    const answer = () => (existsSync(code) ? readFileSync(code, "utf8") : "");
    const deadline = Date.now() + 30_000;
    while (!answer().endsWith("\n") && Date.now() < deadline) await sleep(10);
    return answer().trim();
  }

  it("is not asked to end at once, though its shell passes the signal on, too", () => {
    const { signal, atOnce, stop } = listenForInterruption();
    try {
      process.emit("SIGHUP", "SIGHUP");
      process.emit("SIGHUP", "SIGHUP");
      expect([signal.aborted, atOnce.aborted]).to.deep.equal([true, false]);
      process.emit("SIGINT", "SIGINT");
      expect(atOnce.aborted).to.equal(true);
    } finally {
      stop();
    }
  });

  for (const moment of moments)
    it(`ends in order, and with 130, while ${moment.name}`, async () => {
      expect(await closedAt(moment)).to.equal("130");
      expect(project.calls()).to.deep.equal(moment.calls);
      const text = moment.tag === undefined ? project.stackText : project.stackText.replace("v2", moment.tag);
      expect(readFileSync(project.stackFile, "utf8")).to.equal(text);
    });
});
