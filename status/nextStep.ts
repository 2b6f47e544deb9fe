import { properRun } from "../assessment/owed";
import { usedPercent } from "../disk/filesystem";
import { isPast } from "../schema/verdict";
import { verdictOn } from "./lines";
import { notKnownGood } from "./notKnownGood";
import { halfDone, lockText } from "./owedLines";
import { isUnknown, type Held, type Status } from "./status";

/** The one thing to do next. */
export interface NextStep {
  why: string;
  /** Undefined where no command helps, or nothing is to be done. */
  command?: string;
}

/** What a person types next: what serves first, then what is owed. */
export function nextStep(status: Status): NextStep {
  const { held } = status;
  if (isUnknown(held)) return withoutState(status);
  return (
    underWay(status) ??
    decision(status) ??
    first(status, held) ??
    drifted(status, held) ??
    unseen(status) ??
    sick(status) ??
    notTheTarget(status, held) ??
    notGood(status, held) ??
    notDone(status) ??
    owed(status, held) ??
    edited(status) ??
    drillDue(status) ?? { why: "nothing is to be done" }
  );
}

function withoutState(status: Status): NextStep {
  const { stack } = status;
  const bad = sickServices(status);
  if (bad.length === 0)
    return {
      why: "Pulumi's state can't be read; this says which backend is asked",
      command: "pulumi whoami --verbose",
    };
  return {
    why: `Pulumi's state can't be read, and ${are(bad)} not healthy; the emergency card works without it`,
    command: `npx knowngood card --stack ${stack} > card.sh && sh card.sh`,
  };
}

function underWay({ stack, locks, held, begun }: Status): NextStep | undefined {
  const command = `pulumi cancel --yes --stack ${stack} && pulumi up --stack ${stack}`;
  // A command that may end a living update is never the one to type next.
  const doubtful = locks.find(({ alive }) => alive === undefined);
  if (doubtful !== undefined && !locks.some(({ alive }) => alive) && !begun.some(({ alive }) => alive))
    return {
      why: `an update is under way, or has left its lock (${lockText(doubtful)}): wait for its end; only where process ${doubtful.pid} on ${doubtful.host} is gone: ${command}`,
    };
  const holder = locks.find(({ alive }) => alive);
  const living = holder === undefined ? begun.find(({ alive }) => alive)?.text : lockText(holder);
  if (living !== undefined) return { why: `an update is under way (${living}): wait for its end` };
  if (locks.length > 0) return { why: "an update died and left its lock", command };
  const pending = !isUnknown(held) && held.pending.length > 0;
  return pending || begun.length > 0 ? { why: "an update died half-way", command } : undefined;
}

function decision({ stack, settings: { hold } }: Status): NextStep | undefined {
  if (hold === undefined) return undefined;
  return {
    why: `every up is refused until it is decided: ${hold}`,
    command: `pulumi config rm hold --stack ${stack}`,
  };
}

function first({ stack }: Status, { running }: Held): NextStep | undefined {
  if (running.services.length > 0) return undefined;
  return { why: "nothing is deployed", command: `pulumi up --stack ${stack}` };
}

function drifted({ stack, settings, drift }: Status, { running }: Held): NextStep | undefined {
  if (isUnknown(drift) || drift.length === 0) return undefined;
  if (drift.some(({ byUp }) => !byUp))
    return {
      why: "the host is not as the state holds it; this says how to go on",
      command: `pulumi preview --stack ${stack}`,
    };
  if (running.tag === settings.imageTag)
    return { why: "an up puts right what was changed by hand", command: `pulumi up --stack ${stack}` };
  return {
    why: `an up puts it right, and goes to ${settings.imageTag}`,
    command: `pulumi preview --stack ${stack}`,
  };
}

function unseen({ stack, drift, settings: { engine, target } }: Status): NextStep | undefined {
  if (!isUnknown(drift)) return undefined;
  if (target !== undefined)
    return {
      why: "the host that services run on can't be seen",
      command: target.reach ?? `pulumi preview --stack ${stack}`,
    };
  const host = engine === undefined ? "" : `DOCKER_HOST=${engine} `;
  return { why: "the Docker host can't be seen", command: `${host}docker info` };
}

function sick(status: Status): NextStep | undefined {
  const { stack, schema, services } = status;
  const bad = sickServices(status);
  const noAnswer = schema?.down === true ? "the database does not answer: look there first" : undefined;
  if (bad.length === 0) return noAnswer === undefined ? undefined : { why: noAnswer };
  if (noAnswer !== undefined) return { why: `${are(bad)} not healthy, and ${noAnswer}` };
  const stopped = services.filter(({ held, service }) => held?.stopped && bad.includes(service));
  if (stopped.length > 0)
    return {
      why: `${are(bad)} left stopped; this says what is needed`,
      command: `pulumi preview --stack ${stack}`,
    };
  const { back, verdict, open } = backOf(status);
  if (back !== undefined && open)
    return { why: `${are(bad)} not healthy, and ${back} is known good`, command: goBack(back, stack) };
  const noWay = back === undefined ? "there is no way back" : `${back} is ${verdict} on this schema`;
  return {
    why: `${are(bad)} not healthy, and ${noWay}`,
    command: `npx knowngood logs ${bad[0]} --stack ${stack}`,
  };
}

/** The release that a rollback takes, and whether it can go on the schema without an acknowledgement. */
function backOf({ wayBack, schema, settings }: Status) {
  const back = isUnknown(wayBack) ? undefined : wayBack?.release;
  const verdict = back === undefined || schema === undefined ? "compatible" : verdictOn(back, schema);
  return { back, verdict, open: verdict === "unknown" || !isPast(verdict, settings.allowed) };
}

/** What came up by break-glass has its gates asked by the proper run, which is owed. */
function notGood(status: Status, { owed: properRunOwed }: Held): NextStep | undefined {
  const why = notKnownGood(status);
  if (why === undefined || properRunOwed !== undefined) return undefined;
  const { stack } = status;
  const { back, verdict, open } = backOf(status);
  if (back !== undefined && open) return { why: `${why}; ${back} is`, command: goBack(back, stack) };
  const noWay = back === undefined ? "no other release is" : `${back} is, and ${verdict} on this schema`;
  return {
    why: `${why}; ${noWay}; this says what an up would do`,
    command: `pulumi preview --stack ${stack}`,
  };
}

function notDone(status: Status): NextStep | undefined {
  const why = halfDone(status);
  return why === undefined ? undefined : { why, command: `pulumi up --stack ${status.stack}` };
}

function goBack(release: string, stack: string): string {
  return `npx knowngood rollback ${release} --stack ${stack}`;
}

function notTheTarget({ stack, settings }: Status, { running }: Held): NextStep | undefined {
  if (running.tag === settings.imageTag) return undefined;
  return {
    why: `imageTag is ${settings.imageTag}, which is not what runs; this says what an up would do`,
    command: `pulumi preview --stack ${stack}`,
  };
}

function owed(status: Status, held: Held): NextStep | undefined {
  const { stack, settings, schema, stackFile, disk, backups, card } = status;
  if (schema !== undefined && schema.problems.length + (schema.missing?.length ?? 0) > 0)
    return { why: "the schema is not as the release wants it", command: `pulumi preview --stack ${stack}` };
  if (held.owed !== undefined)
    return {
      why: `the proper run of ${held.owed.release} is owed`,
      command: properRun({ stack, set: settings.breakGlass }),
    };
  if (!isUnknown(stackFile) && stackFile.change !== undefined)
    return {
      why: "the next merge would undo what the stack file says",
      command: keep(stackFile.file, stackFile.change),
    };
  if (disk !== undefined && !isUnknown(disk) && isFull(disk, settings.diskLimit))
    return { why: "a disk is too full", command: `npx knowngood removable --stack ${stack}` };
  if (backups !== undefined && !isUnknown(backups) && backups.newest?.whole === false)
    return {
      why: "the newest backup is damaged or gone",
      command: `npx knowngood restore --list --folder ${backups.folder}`,
    };
  if (card === undefined && !held.card && held.knownGood.length > 0)
    return { why: "there is no emergency card", command: `pulumi up --stack ${stack}` };
  return undefined;
}

/** What the file says anew does nothing until an `up`, so that it waits for all that is wrong with what runs. */
function edited({ stack, changed }: Status): NextStep | undefined {
  if (changed.length === 0) return undefined;
  return {
    why: "the stack file has changed since the last up; this says what an up would do",
    command: `pulumi preview --stack ${stack}`,
  };
}

/** Least of all: it is for a day on which nothing else is to be done. */
function drillDue({ drill, settings }: Status): NextStep | undefined {
  if (isUnknown(drill) || !drill.due || settings.protected) return undefined;
  return { why: drill.text, command: drill.command };
}

function keep(file: string, change: "not committed" | "not in git" | "not pushed"): string {
  return change === "not pushed" ? "git push" : `git add ${file} && git commit ${file}`;
}

function isFull(
  { disks }: { disks: readonly { filesystem: Parameters<typeof usedPercent>[0] }[] },
  limit: number,
): boolean {
  return disks.some(({ filesystem }) => usedPercent(filesystem) >= limit);
}

function sickServices({ services }: Status): string[] {
  return services.flatMap(({ service, health, held, host }) =>
    // Nobody expects an answer of one that was never deployed.
    (held !== undefined || (!isUnknown(host) && host.status !== "missing")) &&
    !isUnknown(health) &&
    !health.healthy
      ? [service]
      : [],
  );
}

/** `api is`, `api and worker are`. */
function are(names: readonly string[]): string {
  return `${names.join(" and ")} ${names.length === 1 ? "is" : "are"}`;
}
