import { serveApi } from "./serve";

const columns = "id, customer, amount, status";

// This release knows no notes and forgets them.
serveApi({
  list: `SELECT ${columns} FROM orders ORDER BY id DESC LIMIT 100`,
  insert: ({ customer, amount }) => ({
    text: `INSERT INTO orders (customer, amount) VALUES ($1, $2) RETURNING ${columns}`,
    values: [customer, amount],
  }),
  probe: `SELECT ${columns} FROM orders LIMIT 1`,
});
