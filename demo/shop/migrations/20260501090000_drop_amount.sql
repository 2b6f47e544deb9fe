-- migrate:up
DROP TRIGGER orders_keep_amount ON orders;
DROP FUNCTION orders_keep_amount();
ALTER TABLE orders DROP COLUMN amount;

-- migrate:down
ALTER TABLE orders ADD COLUMN amount integer;
UPDATE orders SET amount = total_cents;

CREATE FUNCTION orders_keep_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.total_cents := coalesce(NEW.total_cents, NEW.amount);
  ELSIF NEW.total_cents IS NOT DISTINCT FROM OLD.total_cents THEN
    NEW.total_cents := NEW.amount;
  END IF;
  NEW.amount := NEW.total_cents;
  RETURN NEW;
END
$$;
CREATE TRIGGER orders_keep_amount BEFORE INSERT OR UPDATE ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_keep_amount();
