import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../files/writeWhole.cjs";

/** The folder of reports within the folder of records. */
const folderName = "assessments";

/** A report that a person reads, and that a later assessment is compared with. */
export interface SavedReport {
  json: string;
  markdown: string;
}

/** Where the report of a stack's assessment lies, without its ending. */
export function reportPath(records: string, stack: string, target: string): string {
  return join(records, folderName, `${fileNamePart(stack)}-${fileNamePart(target)}`);
}

/** The JSON of the assessment that has a fingerprint; undefined where none is kept. */
export function reviewedReport(records: string, fingerprint: string): string | undefined {
  try {
    return readFileSync(join(records, folderName, `${fingerprint}.json`), "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Keeps the JSON of an assessment that was reviewed elsewhere, where the deployment that follows looks for it.
 * @throws what the file system says
 */
export function keepReviewed(records: string, fingerprint: string, json: string): void {
  mkdirSync(join(records, folderName), { recursive: true, mode: 0o700 });
  writeWhole(join(records, folderName, `${fingerprint}.json`), json, { private: true });
}

/**
 * Keeps a report under the stack and the target, and under its fingerprint, each file whole or not at all.
 * @returns why it could not be kept; undefined when it was
 */
export function saveReport(
  records: string,
  { stack, target, fingerprint }: { stack: string; target: string; fingerprint: string },
  { json, markdown }: SavedReport,
): string | undefined {
  const named = reportPath(records, stack, target);
  try {
    // Statements stand in it.
    mkdirSync(join(records, folderName), { recursive: true, mode: 0o700 });
    writeWhole(`${named}.json`, json, { private: true });
    writeWhole(`${named}.md`, markdown, { private: true });
    writeWhole(join(records, folderName, `${fingerprint}.json`), json, { private: true });
    writeWhole(join(records, folderName, `${fingerprint}.md`), markdown, { private: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A stack's name can be qualified by an organisation. */
function fileNamePart(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]+/g, "-");
}
