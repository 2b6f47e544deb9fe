import { askEngine } from "../assessment/engineQueries";
import { sizeText } from "../backups/space";
import { databaseBytes } from "./databaseDisk";

/** What the docker CLI prints of a kind of things. */
interface KindOfThings {
  Type: string;
  Size: string;
  Reclaimable: string;
}

/**
 * What takes the space of the disks, a line each. What can't be asked is left out: it only explains.
 * @param asked the engine, by DOCKER_HOST where the settings name one, and the database's address
 */
export async function diskUse(asked: {
  engine: { host: string | undefined } | undefined;
  database: string | undefined;
  /** Ends the questions. */
  signal?: AbortSignal;
}): Promise<string[]> {
  const [things, database] = await Promise.all([
    asked.engine && ofEngine(asked.engine.host, asked.signal).catch(() => []),
    asked.database === undefined ? undefined : databaseBytes(asked.database).catch(() => undefined),
  ]);
  return [
    ...(things ?? []).map(
      ({ Type, Size, Reclaimable }) => `${Type.toLowerCase()}: ${Size}, of which in no use ${Reclaimable}`,
    ),
    ...(database === undefined ? [] : [`database ${database.name}: ${sizeText(database.bytes)}`]),
  ];
}

async function ofEngine(host: string | undefined, signal: AbortSignal | undefined): Promise<KindOfThings[]> {
  const { stdout } = await askEngine(["system", "df", "--format", "{{json .}}"], host, signal);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as KindOfThings);
}
