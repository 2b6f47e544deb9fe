import type { ContainerState } from "../../gates/engine";

/** What `systemctl show` is asked for. */
export const askedProperties = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "InvocationID",
  "NRestarts",
  "ExecMainCode",
  "ExecMainStatus",
  "Result",
] as const;

type Unit = Readonly<Partial<Record<(typeof askedProperties)[number], string>>>;

/** Reads the blocks of `name=value` that it prints, one for each unit. */
export function readUnits(output: string): Unit[] {
  return output
    .split(/\n\s*\n/)
    .map((block) =>
      Object.fromEntries(
        block.split("\n").flatMap((line) => {
          const equals = line.indexOf("=");
          return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
        }),
      ),
    )
    .filter((unit) => Object.keys(unit).length > 0);
}

/** All units of a service as a gate looks at one: as well as the one that is worst. */
export function stateOf(units: readonly Unit[]): ContainerState {
  const states = units.map(stateOfUnit);
  const worst = ["missing", "exited", "restarting", "created", "running"] as const;
  const first = worst.flatMap((status) => states.find((state) => state.status === status) ?? [])[0];
  const restarts = states.reduce((sum, state) => sum + state.restarts, 0);
  const instance = states.map((state) => state.instance).join(" ");
  return first === undefined
    ? { status: "missing", instance: "missing", restarts: 0 }
    : { ...first, instance, restarts };
}

function stateOfUnit(unit: Unit): ContainerState {
  const status = statusOf(unit);
  const exitCode = exitCodeOf(unit);
  return {
    status,
    instance: unit.InvocationID || (unit.Id ?? "missing"),
    restarts: Number(unit.NRestarts ?? 0) || 0,
    ...(status !== "running" && exitCode !== undefined && { exitCode }),
    ...(unit.Result === "oom-kill" && { outOfMemory: true }),
    ...(unit.LoadState !== "loaded" && status === "missing" && { error: `${unit.Id} is ${unit.LoadState}` }),
  };
}

function statusOf({ LoadState, ActiveState, SubState }: Unit): string {
  if (LoadState !== "loaded" && ActiveState !== "active") return "missing";
  switch (ActiveState) {
    case "active":
    case "reloading":
      return "running";
    case "activating":
      return SubState?.startsWith("auto-restart") === true ? "restarting" : "created";
    default:
      return "exited";
  }
}

/** As a shell tells it: a signal is 128 and its number. */
function exitCodeOf({ ExecMainCode, ExecMainStatus }: Unit): number | undefined {
  const [code, status] = [Number(ExecMainCode), Number(ExecMainStatus)];
  if (Number.isNaN(status) || code === 0) return undefined;
  return code === 1 ? status : 128 + status;
}
