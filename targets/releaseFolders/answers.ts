import { quoted } from "../../components/ownCommand";
import type { OnDisk } from "./onDisk";
import type { Place } from "./place";

/** What `current` leads to. While a switch is unfinished it is not known what runs. */
export function digestOfCurrent({ current, unfinished, releases }: OnDisk): string | undefined {
  if (unfinished !== undefined) return undefined;
  return releases.find(({ name }) => name === current)?.digest;
}

/** What to do about a folder that can't be entered. */
export function folderAdvice({ folder }: Pick<Place, "folder">, said: string): string {
  return `${said}: sudo install -d -o USER ${quoted(folder)}`;
}
