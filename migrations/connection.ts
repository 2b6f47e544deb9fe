import { Client, DatabaseError } from "pg";
import { survivingGarbage } from "./survivableStream";

/** Seconds to reach a database before it counts as out of reach. */
export const connectSeconds = 3;

/**
 * A client that is connected, with no statement of its own under way.
 * @param url `postgres://user:password@host:port/database?sslmode=…`; a Unix socket as `postgres://user@/database?host=/folder`
 * @throws Error with the address when the server can't be reached in 3 s, the driver's error when it refuses
 */
export async function connect(url: string): Promise<Client> {
  const client = survivingGarbage(
    new Client({
      connectionString: asLibpqMeansIt(url),
      connectionTimeoutMillis: connectSeconds * 1000,
      application_name: "knowngood",
    }),
  );
  // A connection that the server ends while nobody waits for an answer must not end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw isRefusal(error) ? error : outOfReach(client, error);
  }
  return client;
}

/** Which database a URL names, without who asks: `host:port/database`. */
export function databaseName(url: string): string {
  const { host, port, database } = new Client({ connectionString: asLibpqMeansIt(url) });
  return `${host}:${port}/${database ?? ""}`;
}

/** A server's own error has a code; the driver calls what it can't read a server's error, too. */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && error.code !== undefined;
}

/** What a person needs to find out why: the driver's own words often name no address, or say nothing at all. */
function outOfReach({ host, port }: Client, cause: unknown): Error {
  const address = host.startsWith("/") ? `the socket in ${host}` : `${host}:${port}`;
  // A name with several addresses fails with an error for each, and no message of its own.
  const reasons = cause instanceof AggregateError ? (cause.errors as unknown[]) : [cause];
  const said = reasons
    .map((reason) => (reason instanceof Error ? reason.message : String(reason)))
    .join(", ");
  const reason = said === "timeout expired" ? `no answer in ${connectSeconds} s` : said;
  return new Error(`The database can't be reached at ${address}: ${reason}`, { cause });
}

/** The driver reads sslmode in a way of its own unless told to read it as PostgreSQL's own tools do. */
function asLibpqMeansIt(url: string): string {
  if (!/[?&]sslmode=/.test(url) || url.includes("uselibpqcompat=")) return url;
  return `${url}&uselibpqcompat=true`;
}

/** The SQLSTATE of a server's error, or the system's code of a connection's. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

export const databaseMissing = "3D000";
export const tableMissing = "42P01";
