import { serveApi } from "./serve";

const columns = "id, customer, amount, status, note";

serveApi({
  list: `SELECT ${columns} FROM orders ORDER BY id DESC LIMIT 100`,
  insert: ({ customer, amount, note }) => ({
    text: `INSERT INTO orders (customer, amount, note) VALUES ($1, $2, $3) RETURNING ${columns}`,
    values: [customer, amount, note],
  }),
  probe: `SELECT ${columns} FROM orders LIMIT 1`,
});
