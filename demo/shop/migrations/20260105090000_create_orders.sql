-- migrate:up
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  amount integer NOT NULL CHECK (amount > 0),
  status text NOT NULL DEFAULT 'pending',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_pending ON orders (id) WHERE status = 'pending';
INSERT INTO orders (customer, amount) VALUES ('Ada', 1250), ('Grace', 4200), ('Edsger', 990);

-- migrate:down
DROP TABLE orders;
