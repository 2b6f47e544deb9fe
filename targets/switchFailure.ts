import type { CommandFailureRecord } from "../gates/commandReport";
import { commandWords } from "../gates/commandReport";
import { recordLine, writeFailureRecord } from "../gates/failureRecord";
import { boundedLog } from "../gates/failureText";
import { isoTime } from "../gates/healthReport";
import { moveText } from "../gates/move";
import { redactDeep, type Redact } from "../gates/redaction";
import { clean, counted, oneLine, seconds } from "../gates/shownText";
import type { Told } from "../gates/told";
import { wayBack } from "../gates/wayBack";
import { ReleaseFailed } from "./target";

/**
 * What an operator reads when services could not be brought to a release, and the record of it: `failed` where the
 * release itself is bad, `error` where the host or what works there is.
 * @param began milliseconds since 1970
 */
export function switchFailure(error: Error, told: Told, began: number, redact: Redact): string {
  const { move } = told;
  const failed = error instanceof ReleaseFailed;
  const ended = Date.now();
  const why = oneLine(clean(error.message, redact), 500);
  const output = failed ? boundedLog(clean(error.output, redact)) : [];
  const record: CommandFailureRecord = {
    kind: "command",
    outcome: failed ? "failed" : "error",
    ...{ name: "switch", stack: move.stack, release: move.to, direction: move.direction, from: move.from },
    startedAt: isoTime(began),
    endedAt: isoTime(ended),
    seconds: (ended - began) / 1000,
    ...{ why, exitCode: null, output },
  };
  const written = writeFailureRecord(told.records, redactDeep(record, redact, commandWords), "switch");
  return [
    failed
      ? `${move.to} did not come up on ${move.stack}: ${why}, after ${seconds(record.seconds)}.`
      : `The services of ${move.stack} could not be brought to ${move.to}: ${why}, after ${seconds(record.seconds)}. ` +
        "This says nothing about the release.",
    `Ran: ${moveText(move)}`,
    recordLine(written),
    ...(output.length === 0
      ? []
      : [
          "",
          `Last ${counted(output.length, "line")} that was printed:`,
          ...output.map((line) => `  ${line}`),
        ]),
    "",
    ...wayBack({ ...(told.goBack && { goBack: told.goBack }), stack: move.stack }),
    "",
  ].join("\n");
}
