import { writeSync } from "node:fs";
import type { z } from "zod";
import { InvalidInput, pathText, violationsOf } from "../settings/violations";
import { runBaseline } from "./baseline";
import { runCommandGate } from "./commandGate";
import { commandRequest } from "./commandRequest";
import { runErrorRateGate } from "./errorRate";
import { baselineRequest, errorRateRequest } from "./errorRateRequest";
import { runFlagOff } from "./flagOff";
import { flagRequest } from "./flagRequest";
import type { GateEnd } from "./healthGate";
import { moveIn, moveVariables, type Move } from "./move";
import { failureVariable, toldIn, type Told } from "./told";

/** Gates, and what belongs to them, that are not health gates. */
export type OtherGate = "command" | "errorRate" | "baseline" | "flag";

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
export function runOther(kind: OtherGate, value: unknown, { signal, called }: Runner): Promise<GateEnd> {
  // At once, so that it is seen while the gate runs.
  const say = (line: string) => void writeSync(2, `${line}\n`);
  switch (kind) {
    case "command": {
      const request = requestOf(commandRequest, value);
      called(request.role === "gate" ? `The gate ${request.name}` : `The hook ${request.name}`);
      return runCommandGate(request, { environment: process.env, told: told(process.env), signal, say });
    }
    case "errorRate":
      called("The error-rate gate");
      return runErrorRateGate(requestOf(errorRateRequest, value), { told: told(process.env), say });
    case "baseline":
      called("The baseline of the error rate");
      return runBaseline(requestOf(baselineRequest, value));
    case "flag": {
      const request = requestOf(flagRequest, value);
      called(`Turning off the flag ${request.flag}`);
      return runFlagOff(request, { environment: process.env, move: moved(process.env), signal, say });
    }
    default:
      return kind satisfies never;
  }
}

function told(environment: NodeJS.ProcessEnv): Told {
  return toldIn(environment) ?? untold([...Object.values(moveVariables), failureVariable]);
}

function moved(environment: NodeJS.ProcessEnv): Move {
  return moveIn(environment) ?? untold(Object.values(moveVariables));
}

function untold(variables: readonly string[]): never {
  throw new Error(`the environment does not say what it is run for: set ${variables.join(", ")}`);
}

function requestOf<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // Most of a request can be secret, so nothing of it is shown.
  const violations = violationsOf(parsed.error, value, (path) => `request: ${pathText(path)}`, {
    hidden: () => true,
  });
  throw new InvalidInput("the request is not valid", violations);
}
