import { expect } from "chai";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filled } from "../../targets/command/placeholders";
import type { CommandPlace } from "../../targets/command/place";
import { open } from "../../targets/command/target";
import { meantBuild, saidToRun } from "../../targets/command/whatRuns";
import { ReleaseFailed, type Wanted } from "../../targets/target";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const build = (release: string, letter: string, commit?: string): Wanted => ({
  ...{ service: "web", release, digest: digest(letter), from: "ghcr.io/acme/web" },
  ...(commit !== undefined && { commit }),
});

describe("what a platform says that runs", () => {
  const v1 = build("v1", "a", "def5678".padEnd(40, "0"));
  const v2 = build("v2", "b", "abc1234".padEnd(40, "0"));
  const known = [v1, v2];

  it("is the first group of the expression, or all that was printed", () => {
    expect(saidToRun("  Stack:   prod — deployed abc1234\n", "deployed (\\w+)")).to.equal("abc1234");
    expect(saidToRun("v1\n", undefined)).to.equal("v1");
    expect(saidToRun("nothing yet", "deployed (\\w+)")).to.equal(undefined);
    expect(saidToRun("\n", undefined)).to.equal(undefined);
  });

  it("means the build of which it is a tag, an image, a digest, or a commit, also shortened", () => {
    const { commit = "" } = v2;
    const said = ["v2", v2.digest, `ghcr.io/acme/web@${v2.digest}`, "ghcr.io/acme/web:v2", commit, "abc1234"];
    for (const word of [...said, "b".repeat(12)]) expect(meantBuild(word, known), word).to.equal(v2);
  });

  it("means none where it is of no release, too short, or of two builds", () => {
    for (const word of ["v3", "abc123", "latest", digest("c")])
      expect(meantBuild(word, known), word).to.equal(undefined);
    const twin = build("v9", "c", "abc1234".padEnd(40, "1"));
    expect(meantBuild("abc1234", [...known, twin])).to.equal(undefined);
  });

  it("means the newest of the releases that share a build", () => {
    const again = { ...v2, release: "v3" };
    expect(meantBuild("abc1234", [v1, v2, again])).to.equal(again);
  });
});

describe("the words of a platform's command", () => {
  it("have what names in braces stand for", () => {
    const words = ["--app={service}", "{image}", "{tag}", "{other}"];
    expect(filled(words, build("v1", "a"))).to.deep.equal([
      "--app=web",
      `ghcr.io/acme/web@${digest("a")}`,
      "v1",
      "{other}",
    ]);
  });

  it("are refused where the catalog does not know what they ask for", () => {
    expect(() => filled(["{commit}"], build("v1", "a"))).to.throw(
      "{commit} is not known of v1: add the release with --commit",
    );
  });
});

describe("a platform's command line as a target", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "knowngood-platform-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const never = new AbortController().signal;
  const untold = () => undefined;

  /** A platform that keeps what it deployed in a file; `bad` does not come up. */
  function place(more: Partial<CommandPlace> = {}): CommandPlace {
    const file = join(folder, "platform");
    writeFileSync(
      file,
      `#!/bin/sh
cd ${folder}
case "$1" in
deploy) echo "$2" >> log; case "$2" in bad*) echo "boom in $2"; exit 9;; lost) exit 0;; esac; echo "$2" > runs ;;
status) cat runs 2> /dev/null; exit 0 ;;
logs) echo "$2 lines of a log" ;;
hang) sleep 100 ;;
esac
`,
    );
    chmodSync(file, 0o755);
    const asked = (...words: string[]) => ({ command: [file, ...words], within: 20, env: {} });
    return {
      kind: "command",
      deploy: asked("deploy", "{tag}"),
      status: asked("status"),
      logs: asked("logs", "{lines}"),
      ...more,
    };
  }
  const log = () => (existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8") : "");

  it("deploys what does not run yet, and nothing that does", async () => {
    const target = open(place(), never);
    const wanted = [build("v1", "a")];
    expect((await target.look(wanted))[0]).to.include({ digest: undefined });
    const [found] = await target.switchTo(wanted, untold);
    expect(found).to.include({ service: "web", digest: digest("a"), instance: "v1" });
    await target.switchTo(wanted, untold);
    expect(log()).to.equal("v1\n");
  });

  it("says of a release that did not come up what the command printed", async () => {
    const failing = open(place(), never).switchTo([build("bad", "b")], untold);
    const error = await failing.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ReleaseFailed);
    expect((error as ReleaseFailed).message).to.equal(
      "the command for deploy of web ended with exit code 9: boom in bad",
    );
    expect((error as ReleaseFailed).output).to.equal("boom in bad\n");
  });

  it("does not take a deployment's word for it where the status says something else", async () => {
    const failing = open(place(), never).switchTo([build("lost", "c")], untold);
    const error = (await failing.catch((reason: unknown) => reason)) as Error;
    expect(error.message).to.match(/^web is to run lost, and the platform's status says none\./);
    expect(error).not.to.be.instanceOf(ReleaseFailed);
  });

  it("stops a command whose time is over, and one that is interrupted", async () => {
    const { deploy } = place();
    const [file = ""] = deploy.command;
    const hang = (within: number) => ({ command: [file, "hang"], within, env: {} });
    const slow = open(place({ status: hang(1) }), never).look([build("v1", "a")]);
    const late = (await slow.catch((reason: unknown) => reason)) as Error;
    expect(late.message).to.equal("the command for status of web did not end within 1 s");
    const abort = new AbortController();
    const asked = open(place({ status: hang(60) }), abort.signal).look([build("v1", "a")]);
    abort.abort(new Error("enough"));
    const interrupted = (await asked.catch((reason: unknown) => reason)) as Error;
    expect(interrupted.message).to.equal("enough");
  });

  it("has logs where a command is set for them", async () => {
    expect(await open(place(), never).logs("web", 50)).to.equal("50 lines of a log\n");
    const failing = open(place({ logs: undefined }), never).logs("web", 50);
    expect(((await failing.catch((reason: unknown) => reason)) as Error).message).to.equal(
      "no command is set for it: command.logs",
    );
  });

  it("tells the command that a person types", () => {
    const [line] = open(place(), never).byHand([build("v1", "a")]);
    expect(line).to.equal(`${join(folder, "platform")} deploy v1`);
  });
});
