-- Run once, when `ketrics dev` makes the database. {{user:EMAIL}} is replaced by that user's id.

CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  customer TEXT NOT NULL,
  address TEXT NOT NULL,
  amount_cents INTEGER NOT NULL CHECK (amount_cents >= 0),
  currency TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('paid', 'shipped')),
  shipment_id TEXT,
  tracking_url TEXT,
  label_key TEXT,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE order_events (
  id INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  event TEXT NOT NULL,
  happened_at TIMESTAMP NOT NULL
);

CREATE TABLE transactions (
  id INTEGER PRIMARY KEY,
  order_id TEXT REFERENCES orders (id),
  booked_on DATE NOT NULL,
  amount_cents INTEGER NOT NULL,
  category TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT ''
);

INSERT INTO orders (id, user_id, customer, address, amount_cents, currency, status, created_at) VALUES
  ('order-1001', '{{user:ana@orders.example}}', 'Ines Duarte', 'Rua do Sol 7, Lisboa', 4990, 'EUR', 'paid', '2026-10-02T09:15:00Z'),
  ('order-1002', '{{user:ana@orders.example}}', 'Jonas Weber', 'Lindenweg 3, Jena', 12900, 'EUR', 'paid', '2026-10-14T16:40:00Z'),
  ('order-1003', '{{user:ben@orders.example}}', 'Société "Le Port", SARL', 'Quai 1, Brest', 800, 'EUR', 'paid', '2026-11-05T08:00:00Z');

INSERT INTO transactions (order_id, booked_on, amount_cents, category, note) VALUES
  ('order-1001', '2026-10-02', 4990, 'sales', ''),
  ('order-1002', '2026-10-14', 12900, 'sales', 'paid in two parts, both in time'),
  (NULL, '2026-10-20', -1550, 'shipping', 'carrier''s "express" surcharge'),
  ('order-1003', '2026-11-05', 800, 'sales', 'first order
of this customer');
