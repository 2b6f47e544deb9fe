import { serveApi } from "./serve";

const columns = "id, customer, total_cents AS amount, status, note";

/** The api of the releases that know the renamed column only. */
export function serveTotalCents(): void {
  serveApi({
    list: `SELECT ${columns} FROM orders ORDER BY id DESC LIMIT 100`,
    insert: ({ customer, amount, note }) => ({
      text: `INSERT INTO orders (customer, total_cents, note) VALUES ($1, $2, $3) RETURNING ${columns}`,
      values: [customer, amount, note],
    }),
    probe: `SELECT ${columns} FROM orders LIMIT 1`,
  });
}
