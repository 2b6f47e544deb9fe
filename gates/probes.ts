import type { Engine } from "./engine";
import { EngineTimeout } from "./engine";
import type { HealthRequest } from "./healthRequest";
import { httpProbe } from "./httpProbe";
import { tcpProbe } from "./tcpProbe";

/** What one probe found, before the container is looked at. */
export interface ProbeResult {
  outcome: "ok" | "failed" | "error";
  status?: number;
  detail?: string;
  final?: boolean;
}

/** Asks a service once; never rejects, and ends within the time it is given, in milliseconds. */
export type Probe = (timeoutMs: number) => Promise<ProbeResult>;

/** What of a request says how a service is asked. */
export type AskedService = Pick<HealthRequest, "probe" | "container">;

/**
 * The probe that a request describes.
 * @param engine needed for `exec`
 */
export async function probeOf(request: AskedService, engine: Engine | undefined): Promise<Probe> {
  const { probe } = request;
  switch (probe.kind) {
    case "http":
      return httpProbe(probe);
    case "tcp":
      return tcpProbe(probe);
    case "exec":
      return execProbe(probe.command, request, engine);
    case "state":
      // The look at the container, which every attempt has, is the whole check.
      return () => Promise.resolve({ outcome: "ok" });
    default:
      return probe satisfies never;
  }
}

/** Header values, and tokens in them and in the URL, that a service may echo. */
export function headerSecrets({ probe }: Pick<AskedService, "probe">): string[] {
  if (probe.kind !== "http") return [];
  const { username, password } = new URL(probe.url);
  const values = Object.values(probe.headers ?? {}).flatMap((value) => [
    value,
    value.split(/\s+/).at(-1) ?? "",
  ]);
  const login = [decodeURIComponent(username), decodeURIComponent(password)];
  // A shorter one, such as `1`, is no secret and would make every number unreadable.
  return [...values, ...login].filter((value) => value.length >= 4);
}

function execProbe(command: readonly string[], request: AskedService, engine: Engine | undefined): Probe {
  return async (timeoutMs) => {
    if (engine === undefined || request.container === undefined) {
      return { outcome: "error", detail: "no container to run the command in", final: true };
    }
    try {
      const { exitCode, output } = await engine.exec(request.container.id, command, timeoutMs);
      if (exitCode === 0) return { outcome: "ok", detail: "exit code 0" };
      const said = output.trim().split("\n").at(-1) ?? "";
      return { outcome: "failed", detail: `exit code ${exitCode}${said === "" ? "" : `: ${said}`}` };
    } catch (error) {
      if (error instanceof EngineTimeout) {
        return { outcome: "failed", detail: `the command did not end within ${timeoutMs / 1000} s` };
      }
      throw error;
    }
  };
}
