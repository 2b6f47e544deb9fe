import { expect } from "chai";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOtherStacks } from "../../history/otherStacks";
import { readStackState } from "../../history/stackState";

describe("a backend of Pulumi's", () => {
  let folder: string;
  let path: string | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-backend-"));
    path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the CLI would say of it. */
  const says = (shell: string) => {
    const file = join(folder, "pulumi");
    writeFileSync(file, `#!/bin/sh\n${shell}\n`);
    chmodSync(file, 0o755);
  };
  const failureOf = (answer: Promise<unknown>) =>
    answer.then(
      () => expect.fail("it was read"),
      (error: Error) => error.message,
    );
  const soon = () => Date.now() + 60_000;

  it("that is down is told in Pulumi's words", async () => {
    says("echo 'error: could not connect: connection refused' >&2; exit 255");
    expect(await failureOf(readStackState("prod"))).to.equal(
      "The state of stack prod can't be read: could not connect: connection refused",
    );
    expect(await failureOf(readOtherStacks(undefined, soon()))).to.equal(
      "could not connect: connection refused",
    );
  });

  it("that is slow is given up where a time is set, and the stack's name is kept", async () => {
    says('[ "$2" = ls ] && echo \'[{"name": "shop/other", "resourceCount": 3}]\' || exec sleep 600');
    expect(await failureOf(readStackState("prod", { seconds: 0.2 }))).to.match(
      /^The state of stack prod can't be read: /,
    );
    expect(await readOtherStacks(undefined, Date.now() + 1_000)).to.deep.equal({
      states: [],
      unread: ["shop/other"],
    });
  });

  it("that answers garbage is told, and does not end the process", async () => {
    says("echo '<html>'");
    expect(await failureOf(readStackState("prod"))).to.equal(
      "The state of stack prod can't be read: `pulumi stack export` gave no state.",
    );
    expect(await failureOf(readOtherStacks(undefined, soon()))).to.equal(
      "what `pulumi stack ls --all --json` says is no list of stacks",
    );
  });
});
