import { serveApi } from "./serve";

// The bug of this release: it reads a column `currency` that no migration ever added.
const columns = "id, customer, total_cents AS amount, currency, status, note";

serveApi({
  list: `SELECT ${columns} FROM orders ORDER BY id DESC LIMIT 100`,
  insert: ({ customer, amount, note }) => ({
    text: `INSERT INTO orders (customer, total_cents, note) VALUES ($1, $2, $3) RETURNING ${columns}`,
    values: [customer, amount, note],
  }),
  probe: `SELECT ${columns} FROM orders LIMIT 1`,
});
