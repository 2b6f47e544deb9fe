import { expect } from "chai";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseLock, type ReleaseOptions } from "../../updates/releaseLock";

/** A `pulumi` that does not end by one SIGINT, nor by a second one where there is a file `deaf`. */
const script = `#!/bin/sh
cd "$(dirname "$0")"
case "$1 $2" in
  "stack export") cat state; exit 0 ;;
  config*) echo '{}'; exit 0 ;;
  cancel*) [ ! -e slow ] || sleep 30; exit 0 ;;
esac
trap 'echo >> ints; [ -e deaf ] || [ "$(grep -c "" ints)" -lt 2 ] || exit 1' INT
echo > reached
while [ -e state ]; do sleep 0.02; done
`;
const resource = { urn: "urn:pulumi:prod::shop::a:b:C::c", type: "a:b:C" };
const holder = { user: "anna", host: "elsewhere", pid: 7, since: "2026-11-21T20:42:24Z" };

describe("a lock that is taken", () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "knowngood-lock-"));
    writeFileSync(join(folder, "pulumi"), script);
    chmodSync(join(folder, "pulumi"), 0o755);
    const pending = [{ resource, type: "creating" }];
    writeFileSync(
      join(folder, "state"),
      JSON.stringify({ deployment: { resources: [], pending_operations: pending } }),
    );
    process.env.PATH = `${folder}${delimiter}${path ?? ""}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  const has = async (name: string) => {
    while (!existsSync(join(folder, name))) await sleep(10);
  };
  /** What it ends with. */
  const taken = (more: Partial<ReleaseOptions>): Promise<Error | undefined> =>
    releaseLock([{ holder, state: "unknown" }] as unknown as Parameters<typeof releaseLock>[0], {
      ...{ stack: "prod", folder, ...more },
    }).then(
      () => undefined,
      (error: Error) => error,
    );

  it("is ended at once by a second interruption, while the state is put in order", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const ended = taken({ signal: first.signal, atOnce: second.signal });
    await has("reached");
    first.abort();
    await has("ints");
    second.abort();
    expect((await ended)?.name).to.equal("AbortError");
  });

  it("is killed where it does not end after its limit", async () => {
    writeFileSync(join(folder, "deaf"), "");
    const limits = { cancelling: 30, ordering: 1, grace: 1 };
    expect((await taken({ limits }))?.message).to.match(/--stack prod: not done in 1 s$/);
  });

  it("says how far it has come where the lock is not taken away in time", async () => {
    writeFileSync(join(folder, "slow"), "");
    const limits = { cancelling: 0.1, ordering: 30, grace: 30 };
    expect((await taken({ limits }))?.message).to.equal(
      "pulumi cancel --yes --stack prod: no answer in 0.1 s\nThe lock of prod may be taken away already; nothing else was touched.",
    );
  });
});
