/**
 * Which database an address led to, as one role could find out: 16 hexadecimal digits each, since an address can name a
 * host that is nobody else's business.
 */
export interface DatabaseIdentity {
  /** The server's own number with the database's name; undefined where the role may not ask for the number. */
  server?: string;
  /** Host, port and database, as the address names them. */
  address: string;
  /** The database's name alone. */
  name: string;
}

/**
 * Whether two roles met the same database. Without the server's number from both, another name is another database, the
 * same address the same one, and all else can't be told.
 */
export function sameDatabase(one: DatabaseIdentity, other: DatabaseIdentity): boolean | undefined {
  if (one.server !== undefined && other.server !== undefined) return one.server === other.server;
  if (one.name !== other.name) return false;
  return one.address === other.address ? true : undefined;
}

/** An identity as a state holds it; undefined where it is none. */
export function identityIn(value: unknown): DatabaseIdentity | undefined {
  const { server, address, name } = (value ?? {}) as Record<string, unknown>;
  if (typeof address !== "string" || typeof name !== "string") return undefined;
  return { ...(typeof server === "string" && { server }), address, name };
}
