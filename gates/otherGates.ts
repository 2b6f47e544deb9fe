import { writeSync } from "node:fs";
import { InvalidInput, pathText, violationsOf } from "../settings/violations";
import { runCommandGate } from "./commandGate";
import { commandRequest, type CommandRequest } from "./commandRequest";
import type { GateEnd } from "./healthGate";
import { moveIn, moveVariables } from "./move";

/** What the runner gives a gate besides its request. */
export interface Runner {
  /** Aborted when the runner is interrupted. */
  signal: AbortSignal;
  /** Told what the gate is called, for what the runner itself says of it. */
  called: (name: string) => void;
}

/**
 * Runs a gate that is not a health gate.
 * @throws InvalidInput with everything that is wrong with the request
 */
export async function runOther(value: unknown, { signal, called }: Runner): Promise<GateEnd> {
  const request = commandRequestOf(value);
  called(request.role === "gate" ? `The gate ${request.name}` : `The hook ${request.name}`);
  return runCommandGate(request, {
    environment: process.env,
    move: told(process.env),
    signal,
    // At once, so that it is seen while the gate runs.
    say: (line) => writeSync(2, `${line}\n`),
  });
}

function told(environment: NodeJS.ProcessEnv) {
  const move = moveIn(environment);
  if (move === undefined)
    throw new Error(
      `the environment does not say what it is run for: set ${Object.values(moveVariables).join(", ")}`,
    );
  return move;
}

function commandRequestOf(value: unknown): CommandRequest {
  const parsed = commandRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  // Most of a request can be secret, so nothing of it is shown.
  const violations = violationsOf(parsed.error, value, (path) => `request: ${pathText(path)}`, {
    hidden: () => true,
  });
  throw new InvalidInput("the request is not valid", violations);
}
