import { connect, schemaVersion } from "../service/database";
import { serve, type Answer } from "../service/http";
import { log, release } from "../service/log";

export interface NewOrder {
  customer: string;
  /** Cents. */
  amount: number;
  note: string | null;
}

/** What one release's api says to the orders table. */
export interface OrderStatements {
  /** Gives id, customer, amount (cents), status and whatever else this release shows. */
  list: string;
  /** Gives the new row as `list` does. */
  insert: (order: NewOrder) => { text: string; values: unknown[] };
  /** Reads the columns that the statements above need, so that the health endpoint tells the truth. */
  probe: string;
}

/** Runs the api of a release. */
export function serveApi(statements: OrderStatements): void {
  const pool = connect();

  async function health(): Promise<Answer> {
    try {
      await pool.query(statements.probe);
      return { status: 200, body: { status: "ok", release: release(), schema: await schemaVersion(pool) } };
    } catch (error) {
      log("unhealthy", { error: (error as Error).message });
      return {
        status: 503,
        body: { status: "failing", release: release(), error: (error as Error).message },
      };
    }
  }

  serve(
    async ({ method, path, body }) => {
      if (path === "/health") return health();
      if (path !== "/orders") return { status: 404, body: { error: `nothing at ${path}` } };
      if (method === "GET") return { status: 200, body: (await pool.query(statements.list)).rows };
      if (method !== "POST") return { status: 405, body: { error: `${method} is not possible here` } };
      const order = readOrder(body);
      if (typeof order === "string") return { status: 400, body: { error: order } };
      const { rows } = await pool.query(statements.insert(order));
      log("order taken", { order: rows[0] as unknown });
      return { status: 201, body: rows[0] };
    },
    () => pool.end(),
  );
}

/** An order from a request's JSON, or what is wrong with it. */
export function readOrder(body: string): NewOrder | string {
  let order: Record<string, unknown>;
  try {
    order = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return "the body is not JSON";
  }
  const { customer, amount, note } = order ?? {};
  if (typeof customer !== "string" || customer.trim() === "") return "customer: a name is needed";
  if (!Number.isInteger(amount) || (amount as number) <= 0 || (amount as number) > 2 ** 31 - 1) {
    return "amount: a whole number of cents above 0 is needed";
  }
  return { customer, amount: amount as number, note: typeof note === "string" && note !== "" ? note : null };
}
