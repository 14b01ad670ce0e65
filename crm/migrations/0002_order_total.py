"""The total of an order is kept by the database: the sum of its lines, whoever writes them."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION crm_keep_order_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched uuid[] := ARRAY[]::uuid[];
BEGIN
  IF TG_OP <> 'INSERT' THEN touched := touched || OLD.order_id; END IF;
  IF TG_OP <> 'DELETE' THEN touched := touched || NEW.order_id; END IF;
  UPDATE crm_order SET total = coalesce(
    (SELECT sum(unit_price * quantity) FROM crm_orderline WHERE order_id = crm_order.id), 0)
  WHERE id = ANY (touched);
  RETURN NULL;
END $$;
CREATE TRIGGER crm_order_total AFTER INSERT OR DELETE OR UPDATE OF unit_price, quantity, order_id
  ON crm_orderline FOR EACH ROW EXECUTE FUNCTION crm_keep_order_total();
"""
UNDO = "DROP TRIGGER crm_order_total ON crm_orderline; DROP FUNCTION crm_keep_order_total();"


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, UNDO)]
