import { expect } from "chai";
import type { Plan } from "../../assessment/plan";
import type { RecordedGate } from "../../records/releaseRecord";
import { lockHolders } from "../../updates/lockHolders";
import { cutOff, upEnd, type UpSeen } from "../../updates/upEnd";

const gate = (outcome: RecordedGate["outcome"], record?: string): RecordedGate => ({
  ...{ name: "api health", outcome, startedAt: "", endedAt: "" },
  ...(record !== undefined && { record }),
});
const planRefusing = (...guards: string[]) =>
  ({ refusals: guards.map((guard) => ({ guard, text: "no" })) }) as unknown as Plan;

const failed: UpSeen = {
  exitCode: 1,
  text: "Updating (prod):\n",
  began: true,
  interrupted: false,
  errors: ["Command exited 1\n"],
  plan: planRefusing(),
  gates: [],
};

const locked = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  file:///srv/shop/.pulumi/locks/organization/shop/prod/5642.json?metadata=skip: created by anna@lap.top (pid 30960) at 2026-11-21T20:42:24Z
`;

describe("how an up ended", () => {
  it("is passed at exit 0 alone, also where it was told to end too late", () => {
    expect(upEnd({ ...failed, exitCode: 0, interrupted: true })).to.deep.equal({ end: "passed" });
  });

  it("is a failed gate where its record names gates that did not pass and left a record", () => {
    const sick = gate("failed", "a.json");
    const gates = [gate("passed"), gate("inconclusive"), sick, gate("error", "b.json")];
    expect(upEnd({ ...failed, gates })).to.deep.equal({
      end: "gateFailed",
      gates: [sick, gate("error", "b.json")],
    });
    expect(upEnd({ ...failed, gates: [gate("passed"), gate("inconclusive")] })).to.deep.equal({
      end: "failed",
      why: "Command exited 1",
    });
  });

  it("is refused by the guards of its plan", () => {
    expect(upEnd({ ...failed, plan: planRefusing("ci", "hold") })).to.deep.equal({
      end: "refused",
      refusals: planRefusing("ci", "hold").refusals,
    });
  });

  it("is locked only where the engine has not begun: a service may log the same words", () => {
    const seen = { ...failed, text: locked, began: false, plan: undefined };
    expect(upEnd(seen)).to.deep.equal({ end: "locked", holders: lockHolders(locked) });
    expect(upEnd({ ...seen, began: true }).end).to.equal("failed");
    expect(upEnd({ ...seen, interrupted: true }).end).to.equal("locked");
  });

  it("is interrupted by us where it was told to end, and by another where the engine alone says so", () => {
    expect(upEnd({ ...failed, interrupted: true })).to.deep.equal({ end: "interrupted", by: "us" });
    const canceled = { ...failed, errors: ["update canceled\n"], gates: [gate("failed", "a.json")] };
    expect(upEnd(canceled)).to.deep.equal({ end: "interrupted", by: "another" });
    expect(upEnd({ ...failed, errors: ["log: update canceled\n"] }).end).to.equal("failed");
  });

  it("is cut off by a second Ctrl-C and by a signal, but not by the first before Pulumi listens", () => {
    const told = { atOnce: false, killedBy: "SIGINT", interrupted: true, began: false } as const;
    expect(cutOff(told)).to.equal(undefined);
    expect(cutOff({ ...told, began: true })).to.equal("killed");
    expect(cutOff({ ...told, interrupted: false })).to.equal("killed");
    expect(cutOff({ ...told, killedBy: "SIGKILL" })).to.equal("killed");
    expect(cutOff({ ...told, atOnce: true })).to.equal("atOnce");
    expect(cutOff({ ...told, killedBy: undefined })).to.equal(undefined);
  });

  it("is told as killed, rather than by what Pulumi had said before", () => {
    const killed = { ...failed, killedBy: "SIGKILL" } as const;
    expect(upEnd(killed)).to.deep.equal({ end: "failed", why: "Pulumi was killed by SIGKILL." });
    expect(upEnd({ ...killed, gates: [gate("failed", "a.json")] }).end).to.equal("gateFailed");
    expect(upEnd({ ...killed, began: false })).to.deep.equal({
      end: "brokenEnvironment",
      why: "Pulumi was killed by SIGKILL.",
    });
  });

  it("is a broken environment where Pulumi did not begin, in its own words", () => {
    const seen = {
      ...failed,
      began: false,
      plan: undefined,
      text: "warning: old\nerror: no stack named 'x' found\n",
    };
    expect(upEnd(seen)).to.deep.equal({ end: "brokenEnvironment", why: "no stack named 'x' found" });
    expect(upEnd({ ...seen, text: "" })).to.deep.equal({
      end: "brokenEnvironment",
      why: "Pulumi said nothing",
    });
  });
});

describe("holders of a lock", () => {
  it("are told by files' backends with user, host, process and time", () => {
    expect(lockHolders(locked)).to.deep.equal([
      {
        user: "anna",
        host: "lap.top",
        pid: 30960,
        since: "2026-11-21T20:42:24Z",
        text: locked.split("\n")[1]?.trim(),
      },
    ]);
  });

  it("are kept in the backend's words where those are others, and where fewer are told than there are", () => {
    const [words = "", known = ""] = locked.split("\n");
    const other = "s3://locks/prod/1.json: held by bo";
    const two = words.replace("1 lock(s)", "2 lock(s)");
    const texts = (text: string) => lockHolders(text)?.map((holder) => [holder.pid, holder.text]);
    expect(texts(`${two}\n${known}\n  ${other}\n`)).to.deep.equal([
      [30960, known.trim()],
      [undefined, other],
    ]);
    expect(texts(words)).to.deep.equal([[undefined, words.replace("error: ", "")]]);
    expect(texts(two + "\n" + known)?.[1]?.[1]).to.contain("locked by 2 lock(s)");
  });

  it("are told by a service in its own words", () => {
    expect(
      lockHolders("error: [409] Conflict: Another update is currently in progress.\nTo learn more …"),
    ).to.deep.equal([{ text: "[409] Conflict: Another update is currently in progress." }]);
  });

  it("are none where nothing is locked", () => {
    expect(lockHolders("error: no stack named 'x' found")).to.equal(undefined);
  });
});
