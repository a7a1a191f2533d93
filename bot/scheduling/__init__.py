"""When things happen: the queue of work, the clock, subscriptions and their slots."""
