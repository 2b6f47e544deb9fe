import { InvalidInput, pathText, violationsOf } from "../settings/violations";
import type { HealthRequest } from "./healthRequest";
import { healthRequest } from "./healthRequest";

/** Where a value can be a secret, and is not shown. */
const hidden = /^(redact|probe\.(headers|url|command|body|json))\b/;

/**
 * A request with its defaults filled in.
 * @throws InvalidInput with everything that is wrong with it
 */
export function completedRequest(value: unknown): HealthRequest {
  const parsed = healthRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const violations = violationsOf(parsed.error, value, (path) => `request: ${pathText(path)}`);
  throw new InvalidInput(
    "the health gate's request is not valid",
    violations.map((violation) =>
      hidden.test(violation.where.replace("request: ", "")) && violation.found !== "nothing"
        ? { ...violation, found: "a value that is not shown" }
        : violation,
    ),
  );
}
