create table customers (
    id int primary key,
    name varchar(50) not null,
    email varchar(100) unique,
    country char(2) not null,
    plan varchar(10) not null default 'free' comment 'free or pro',
    profile json not null
) comment 'Everyone who ever signed up';
create table orders (
    id int primary key,
    customer_id int not null,
    status varchar(20) not null,
    total decimal(10, 2) not null,
    placed_at datetime not null,
    paid_at datetime,
    key orders_by_customer (customer_id, placed_at),
    constraint of_customer foreign key (customer_id) references customers (id)
);
create view paid_orders as select * from orders where status = 'paid';
insert into customers values
    (1, 'Anna', 'anna@example.org', 'DE', 'pro', '{"source": "ads", "address": {"city": "Berlin"}, "tags": ["vip", "beta"]}'),
    (2, 'Bruno', 'bruno@example.org', 'FR', 'free', '{"source": "friend", "tags": []}'),
    (3, 'Chandra', 'chandra@example.org', 'DE', 'pro', '{"source": "ads"}'),
    (4, '_dot', null, 'US', 'free', '{}');
insert into orders values
    (1, 1, 'paid', 120.50, '2026-01-01 10:00:00', '2026-01-01 10:05:00'),
    (2, 1, 'paid', 19.99, '2026-01-05 08:30:00', '2026-01-05 09:00:00'),
    (3, 2, 'cancelled', 7.00, '2026-01-05 23:59:00', null),
    (4, 2, 'paid', 55.00, '2026-02-11 12:00:00', '2026-02-12 12:00:00'),
    (5, 3, 'open', 200.00, '2026-03-28 02:30:00', null);
analyze table customers, orders;
