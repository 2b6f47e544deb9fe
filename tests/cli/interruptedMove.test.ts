import { expect } from "chai";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StallingPulumi } from "./stallingPulumi";

const command = join(__dirname, "..", "..", "cli", "knowngood.cjs");
const again = "To go on: npx knowngood rollback v1 --stack prod --yes";
const untouched = "error: Interrupted. Nothing was touched. ";

interface Moment {
  name: string;
  stallAt: string;
  prepare?: (project: StallingPulumi) => void;
  /** @default rollback */
  command?: "deploy";
  words?: readonly string[];
  /** What the last words are. */
  says: string;
  /** What the stack file says then. @default as before */
  tag?: string;
}

const stopped = (step: string) => (project: StallingPulumi) => {
  project.record({ stoppedAt: { step, open: ["api"] } });
  project.answer("up.fails", "");
};
const lockText =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other\n" +
  "  file:///s.json: created by anna@another-machine (pid 7) at 2026-11-21T20:42:24Z\n";

const moments: readonly Moment[] = [
  {
    name: "the selected stack is asked for",
    stallAt: "name",
    words: ["v1"],
    says: `${untouched}To go on: npx knowngood rollback v1 --yes\n`,
  },
  {
    name: "its settings are asked for",
    stallAt: "config",
    says: `${untouched}To go on: npx knowngood rollback --stack prod --yes\n`,
  },
  {
    name: "its state is read",
    stallAt: "export",
    says: `${untouched}To go on: npx knowngood rollback --stack prod --yes\n`,
  },
  {
    name: "the move is previewed",
    stallAt: "preview",
    says: `${untouched}To go on: npx knowngood rollback --stack prod --yes\n`,
  },
  {
    name: "it is previewed without a guard",
    stallAt: "preview 2",
    prepare: (project) => project.plan("preview", { refusals: [{ guard: "hold", text: "no" }] }),
    words: ["v1", "--stack", "prod", "--break-glass", "the shop is down"],
    says: `${untouched}To go on: npx knowngood rollback v1 --stack prod --break-glass 'the shop is down' --yes\n`,
  },
  {
    name: "Pulumi begins",
    stallAt: "up",
    says: `error: Interrupted. It stopped; nothing that runs was changed, and the stack file is as it was. ${again}\n`,
  },
  {
    name: "images are pulled",
    stallAt: "up begun",
    prepare: stopped("images"),
    says: `error: Interrupted. It stopped at images (api); nothing that runs was changed, and the stack file is as it was. ${again}\n`,
  },
  {
    name: "services change",
    stallAt: "up begun",
    prepare: stopped("services"),
    says: `error: Interrupted. It stopped at services (api); what was under way has ended in order. The stack file says v1, and services may run either release, or be down until v1 is tried again. ${again}\n`,
    tag: "v1",
  },
  {
    name: "the way back is looked at, once a gate has failed",
    stallAt: "preview 2",
    prepare: (project) => {
      const gate = { name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "none.json" };
      project.record({ gates: [gate] });
      project.plan("up", { lastKnownGood: { tag: "v3", passedAt: "" } });
      project.answer("up.fails", "");
    },
    says:
      "error: Interrupted. v1 did not pass its gates on prod.\nGate api health failed: no report\nWhole report: none.json\n" +
      "Going back to v3: it could not be assessed\nTo go back: npx knowngood rollback v3 --stack prod\n",
    tag: "v1",
  },
  {
    name: "it goes back by itself, once a gate has failed",
    stallAt: "up 2",
    command: "deploy",
    prepare: (project) => {
      project.answer("config.out", {
        "knowngood:imageTag": { value: "v2", secret: false },
        "knowngood:services": { value: '{"api":{"kind":"worker"}}', secret: false },
        "knowngood:record": { value: '{"file":"records.jsonl"}', secret: false },
        "knowngood:autoRollback": { value: "true", secret: false },
      });
      const gate = { name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "none.json" };
      project.record({ gates: [gate] });
      project.plan("preview", { direction: "forward", to: "v3" });
      project.plan("preview@2", { to: "v1" });
      project.plan("up", { direction: "forward", to: "v3", lastKnownGood: { tag: "v1", passedAt: "" } });
      project.answer("up.fails", "");
    },
    words: ["v3", "--stack", "prod"],
    says:
      "error: Interrupted. v3 did not pass its gates on prod.\nGate api health failed: no report\nWhole report: none.json\n" +
      "Going back to v1: nothing stands against it\nTo go back: npx knowngood rollback v1 --stack prod\n" +
      "autoRollback tried to go back to v1, once: Interrupted. It stopped; nothing that runs was changed, and the stack file says v3. " +
      "To go on: npx knowngood rollback v1 --stack prod --reason 'the gates of v3 failed, and autoRollback is set'\n",
    tag: "v3",
  },
  {
    name: "the way back of one of several is looked at, once a gate has failed",
    stallAt: "preview 3",
    prepare: (project) => {
      writeFileSync(join(project.folder, "Pulumi.eu.yaml"), project.stackText);
      const gate = { name: "api health", outcome: "failed", startedAt: "", endedAt: "", record: "none.json" };
      project.record({ stack: "knowngood/eu", gates: [gate] });
      project.plan("up", { lastKnownGood: { tag: "v3", passedAt: "" } });
      project.answer("up.fails", "");
    },
    words: ["v1", "--stack", "eu", "--stack", "prod", "--parallel", "1"],
    says:
      "error: Interrupted: the table says where each stack stands. The gates of a release have failed; the same again would deploy it once more.\n" +
      "eu: to go back: npx knowngood rollback v3 --stack eu\n",
  },
  {
    name: "the state is put in order behind a lock",
    stallAt: "cancel",
    prepare: (project) => project.answer("up.locked", lockText),
    words: ["v1", "--stack", "prod", "--take-lock"],
    says: `error: Interrupted. The lock of prod may be taken away already; nothing else was touched. To go on: npx knowngood rollback v1 --stack prod --take-lock --yes\n`,
  },
  {
    name: "what a killed update has begun is cleared from the state",
    stallAt: "refresh",
    prepare: (project) => {
      project.answer("up.locked", lockText);
      const resource = { urn: "urn:pulumi:prod::knowngood::a:b:C::c", type: "a:b:C" };
      project.answer("export.out", {
        deployment: { resources: [], pending_operations: [{ resource, type: "creating" }] },
      });
    },
    words: ["v1", "--stack", "prod", "--take-lock"],
    says: `error: Interrupted. The lock of prod is taken away, and its state may not be in order yet; nothing else was touched. To go on: npx knowngood rollback v1 --stack prod --take-lock --yes\n`,
  },
  {
    name: "the stack before is asked for",
    stallAt: "export",
    command: "deploy",
    words: ["v3", "--stack", "prod", "--after", "staging"],
    says: `${untouched}To go on: npx knowngood deploy v3 --stack prod --after staging --yes\n`,
  },
];

describe("Ctrl-C at a rollback", () => {
  for (const { name, stallAt, prepare, command: word, words = ["--stack", "prod"], says, tag } of moments)
    it(`says where things stand and what to type while ${name}`, async () => {
      const project = new StallingPulumi();
      try {
        project.stallAt(stallAt);
        prepare?.(project);
        // As a terminal does: all of the group is interrupted.
        const child = spawn(process.execPath, [command, word ?? "rollback", "--yes", ...words], {
          ...{ cwd: project.folder, env: project.environment, detached: true },
          stdio: ["ignore", "pipe", "pipe"],
        });
        let said = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
        const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
        await project.reached(() => child.exitCode !== null);
        expect(child.exitCode, `It ended before that moment:\n${said}`).to.equal(null);
        process.kill(-(child.pid ?? 0), "SIGINT");
        expect(await ended, said).to.equal(130);
        expect(said.endsWith(says), said).to.equal(true);
        // Questions to Pulumi are ended at once anyway; the way back may be given up for its own sake.
        if (!says.includes("back"))
          expect(said.includes("Once more ends it at once."), said).to.equal(
            /^(up|preview|refresh)/.test(stallAt),
          );
        const text = tag === undefined ? project.stackText : project.stackText.replace("v2", tag);
        expect(readFileSync(project.stackFile, "utf8")).to.equal(text);
      } finally {
        project.dispose();
      }
    });
});
