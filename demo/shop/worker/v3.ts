import { work } from "./work";

void work(`
  UPDATE orders SET status = 'done' WHERE id IN (
    SELECT id FROM orders WHERE status = 'pending' ORDER BY id LIMIT 10 FOR UPDATE SKIP LOCKED
  ) RETURNING id, customer, total_cents, note`);
