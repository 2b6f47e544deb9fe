import { connect } from "node:net";
import { connectionProblem } from "./connectionProblem";
import type { Probe, ProbeResult } from "./probes";

/**
 * Milliseconds that a connection must stay open, unless the service speaks first. Docker's proxy accepts a
 * published port's connections before it knows whether anything listens in the container, and then closes them.
 */
const settleMs = 50;

/** Connects to a port and closes again. */
export function tcpProbe({ host, port }: { host: string; port: number }): Probe {
  return (timeoutMs) =>
    new Promise<ProbeResult>((resolve) => {
      const socket = connect({ host, port });
      let settle: NodeJS.Timeout | undefined;
      const end = (result: ProbeResult) => {
        clearTimeout(timer);
        clearTimeout(settle);
        socket.destroy();
        resolve(result);
      };
      const timer = setTimeout(
        () => end({ outcome: "failed", detail: `no connection within ${timeoutMs / 1000} s` }),
        timeoutMs,
      );
      socket.on("connect", () => {
        clearTimeout(timer);
        settle = setTimeout(() => end({ outcome: "ok", detail: "connected" }), settleMs);
      });
      socket.on("data", () => end({ outcome: "ok", detail: "connected" }));
      socket.on("end", () => end({ outcome: "failed", detail: "connected, and closed at once" }));
      socket.on("error", (error) => end({ outcome: "failed", detail: connectionProblem(error) }));
    });
}
