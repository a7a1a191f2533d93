create schema shop;
create table shop.customers (
    id integer primary key,
    name text not null,
    email text unique,
    country char(2) not null,
    plan text not null default 'free',
    referred_by integer references shop.customers (id),
    labels text[] not null default '{}',
    profile jsonb not null default '{}'
);
comment on table shop.customers is 'Everyone who ever signed up';
comment on column shop.customers.plan is 'free or pro';
create table shop.orders (
    id integer primary key,
    customer_id integer not null references shop.customers (id),
    status text not null,
    total numeric(10, 2) not null,
    placed_at timestamp not null,
    paid_at timestamptz,
    items jsonb not null default '[]'
);
create index orders_by_customer on shop.orders (customer_id, placed_at desc);
create view shop.paid_orders as select * from shop.orders where status = 'paid';
insert into shop.customers values
    (1, 'Anna', 'anna@example.org', 'DE', 'pro', null, '{beta,vip}', '{"source": "ads", "address": {"city": "Berlin", "zip": "10115"}, "tags": ["vip", "beta"]}'),
    (2, 'Bruno', 'bruno@example.org', 'FR', 'free', 1, '{}', '{"source": "friend", "tags": []}'),
    (3, 'Chandra', 'chandra@example.org', 'DE', 'pro', 1, '{beta}', '{"source": "ads"}'),
    (4, '_dot', null, 'US', 'free', 2, '{}', '{}');
insert into shop.orders values
    (1, 1, 'paid', 120.50, '2026-01-01 10:00', '2026-01-01 10:05+00', '[{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}]'),
    (2, 1, 'paid', 19.99, '2026-01-05 08:30', '2026-01-05 09:00+00', '[{"sku": "a", "qty": 3}]'),
    (3, 2, 'cancelled', 7.00, '2026-01-05 23:59', null, '[]'),
    (4, 2, 'paid', 55.00, '2026-02-11 12:00', '2026-02-12 12:00+00', '[{"sku": "c", "qty": 1}]'),
    (5, 3, 'open', 200.00, '2026-03-29 02:30', null, '[{"sku": "b", "qty": 5}]');
analyze;
