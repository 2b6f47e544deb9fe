import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseText } from "../../catalog/releaseFile";

/** What stands in for `pulumi` here: it answers from files, and waits for SIGINT where it is told to. */
const script = `#!/bin/sh
cd "$(dirname "$0")"
case "$1 $2" in
  "stack --show-name") name=name ;;
  "stack export") name=export ;;
  *) name=$1 ;;
esac
echo "$name" >> calls
count=$(grep -c "^$name$" calls)
for answer in "$name@$count".*; do [ -e "$answer" ] && mv "$answer" "$name.${"$"}{answer##*.}"; done
stall() {
  trap 'rm -f up.locked; exit 1' INT
  echo > reached
  # A test that failed leaves no process behind.
  while [ -e reached ]; do sleep 0.02; done
}
[ "$(cat stallAt)" = "$name" ] && stall
[ "$(cat stallAt)" = "$name $count" ] && stall
[ -n "$KNOWNGOOD_PLAN" ] && [ -e "$name.plan" ] && cat "$name.plan" > "$KNOWNGOOD_PLAN"
[ "$name" = cancel ] && rm -f up.locked
[ -e "$name.locked" ] && cat "$name.locked" && exit 1
if [ "$name" = up ]; then
  for word; do
    [ "$last" = --event-log ] && log=$word
    [ "$last" = --config-file ] && cat "$word" > up.config
    last=$word
  done
  echo '{"preludeEvent":{"config":{}}}' > "$log"
  [ -e up.record ] && sed "s/NOW/$(date -u +%Y-%m-%dT%H:%M:%S.999Z)/g" up.record >> ../records.jsonl
  [ "$(cat stallAt)" = "up begun" ] && stall
fi
[ -e "$name.out" ] && cat "$name.out"
[ -e "$name.err" ] && cat "$name.err" >&2
[ ! -e "$name.fails" ] || [ -s "$name.fails" ]
`;

/** A project of one stack, prod at v2, with a `pulumi` that can be made to wait at any of its commands. */
export class StallingPulumi {
  readonly folder = mkdtempSync(join(tmpdir(), "knowngood-stalling-"));
  readonly stackFile = join(this.folder, "Pulumi.prod.yaml");
  readonly stackText =
    "config:\n  knowngood:imageTag: v2 # what runs\n  knowngood:services:\n    api: { kind: worker }\n";
  private readonly bin = join(this.folder, "bin");

  constructor() {
    mkdirSync(this.bin);
    mkdirSync(join(this.folder, "releases"));
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: knowngood\nruntime: nodejs\n");
    writeFileSync(this.stackFile, this.stackText);
    for (const [index, tag] of ["v1", "v2", "v3"].entries())
      writeFileSync(
        join(this.folder, "releases", `${tag}.yaml`),
        releaseText({
          ...{ tag, time: "2026-01-01T00:00:00.000Z", order: index + 1, migrations: [], flags: [] },
          commit: "a".repeat(40),
          services: { api: { repository: "shop/api", digest: `sha256:${String(index).repeat(64)}` } },
        }),
      );
    const program = join(this.bin, "pulumi");
    writeFileSync(program, script);
    chmodSync(program, 0o755);
    this.answer("name.out", "prod\n");
    this.answer("config.out", {
      "knowngood:imageTag": { value: "v2", secret: false },
      "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
      "knowngood:record": { value: '{"file":"records.jsonl"}', secret: false },
    });
    this.answer("export.out", {
      deployment: {
        resources: [
          {
            urn: "urn:pulumi:prod::knowngood::pulumi:pulumi:Stack::knowngood-prod",
            type: "pulumi:pulumi:Stack",
            outputs: { knownGood: [{ tag: "v1", passedAt: "2026-01-02T00:00:00.000Z" }] },
          },
        ],
      },
    });
    this.answer("calls", "");
    this.stallAt("nothing");
    this.plan("preview", {});
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${this.bin}${delimiter}${process.env.PATH ?? ""}` };
  }

  /**
   * A file of the stand-in: `NAME.out` is what a command prints, `NAME.err` what it says to stderr, an empty `NAME.fails` that it does not succeed. With
   * `NAME@2` it is so from the second time on.
   */
  answer(file: string, content: unknown): void {
    writeFileSync(join(this.bin, file), typeof content === "string" ? content : JSON.stringify(content));
  }

  removeAnswer(file: string): void {
    rmSync(join(this.bin, file));
  }

  /** The stack file that the last `up` was run with. */
  configOfUp(): string {
    return readFileSync(join(this.bin, "up.config"), "utf8");
  }

  /** What a preview or an `up` leaves as its plan. */
  plan(of: "preview" | "up" | `${"preview" | "up"}@${number}`, more: Record<string, unknown>): void {
    this.answer(`${of}.plan`, {
      ...{ stack: "knowngood/prod", protected: false, direction: "rollback", from: "v2", to: "v1" },
      ...{ services: [], knownGood: [], leaves: [], text: "the plan", warnings: [], refusals: [] },
      ...more,
    });
  }

  /** The record that an `up` writes, begun just now. */
  record(more: Record<string, unknown>, of: "up" | `up@${number}` = "up"): void {
    this.answer(
      `${of}.record`,
      `${JSON.stringify({
        ...{ id: "NOW", stack: "knowngood/prod", direction: "rollback", outcome: "failed", gates: [] },
        ...{ from: { services: {} }, to: { services: {} }, by: { name: "a", host: "b" } },
        ...{ startedAt: "NOW", endedAt: "NOW" },
        ...more,
      })}\n`,
    );
  }

  /** @param name a command, such as `preview`, or one and its count, such as `preview 2` */
  stallAt(name: string): void {
    this.answer("stallAt", name);
  }

  /** Settles once the stand-in waits, or the command has ended without coming so far. */
  async reached(ended: () => boolean): Promise<void> {
    while (!existsSync(join(this.bin, "reached")) && !ended()) await sleep(10);
  }

  /** Ends the waiting of the stand-in. */
  goOn(): void {
    rmSync(join(this.bin, "reached"));
  }

  /** The commands that were run, in order. */
  calls(): string[] {
    return readFileSync(join(this.bin, "calls"), "utf8").split("\n").filter(Boolean);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
