/** Bytes of what `statfs` answers. */
export interface FreeSpace {
  bavail: number;
  bsize: number;
}

/**
 * Why a backup does not fit; undefined where nothing is known to speak against it.
 * @param last bytes of the newest one, which the next will hardly be smaller than; undefined where there is none
 */
export function noSpace(
  { bavail, bsize }: FreeSpace,
  last: number | undefined,
  folder: string,
): string | undefined {
  const free = bavail * bsize;
  if (last === undefined || free >= last) return undefined;
  return (
    `No space for a backup in ${folder}: the last one took ${sizeText(last)}, and ${sizeText(free)} are free. ` +
    "Make room, or name another folder: pulumi config set --path database.backup.folder FOLDER"
  );
}

const units = ["bytes", "kB", "MB", "GB", "TB"];

/** `4.2 MB` */
export function sizeText(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const number = bytes / 1000 ** power;
  return `${power === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${units[power]}`;
}
