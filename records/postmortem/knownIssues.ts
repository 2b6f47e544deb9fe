import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../files/writeWhole.cjs";
import { fileName } from "../../gates/failureRecord";
import { fieldsOf, itemsOf } from "../../settings/asWritten";
import type { KnownIssue } from "./incidents";

/** Within the folder of records. */
const folderName = "postmortems";

/** The issue of an incident, as it was noted on this machine; undefined where nothing was. */
export function knownIssue(records: string, incident: string): KnownIssue | undefined {
  try {
    const { repository, number, url, told } = fieldsOf(
      JSON.parse(readFileSync(fileOf(records, incident), "utf8")),
    );
    if (typeof repository !== "string" || typeof number !== "number" || typeof url !== "string")
      return undefined;
    return { repository, number, url, told: itemsOf(told).map(String) };
  } catch {
    // None was opened from here, or GitHub knows more of it than the file.
    return undefined;
  }
}

/** @throws what the file system says; GitHub is asked again then, and has it */
export function noteIssue(records: string, incident: string, issue: KnownIssue): void {
  mkdirSync(join(records, folderName), { recursive: true, mode: 0o700 });
  writeWhole(fileOf(records, incident), `${JSON.stringify(issue)}\n`, { private: true });
}

function fileOf(records: string, incident: string): string {
  return join(records, folderName, `${fileName(incident)}.json`);
}
