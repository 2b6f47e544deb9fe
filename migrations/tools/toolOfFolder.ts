import { entriesOf } from "./folderEntries";
import { toolNames, type ToolName } from "./tool";
import { tools } from "./tools";

/** The tool whose migrations a folder holds; undefined where it can't be told, or the folder can't be read. */
export function toolOfFolder(folder: string): ToolName | undefined {
  const entries = entriesOf(folder);
  return "where" in entries ? undefined : toolNames.find((name) => tools[name].ownsFolder(entries));
}
