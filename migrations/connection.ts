import { Client } from "pg";

/** Seconds to reach a database before it counts as out of reach. */
export const connectSeconds = 3;

/**
 * A client that is connected, with no statement of its own under way.
 * @param url `postgres://user:password@host:port/database?sslmode=…`; a Unix socket as `postgres://user@/database?host=/folder`
 * @throws the driver's error when the server can't be reached in 3 s or refuses
 */
export async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: asLibpqMeansIt(url),
    connectionTimeoutMillis: connectSeconds * 1000,
    application_name: "knowngood",
  });
  // A connection that the server ends while nobody waits for an answer must not end the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
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
