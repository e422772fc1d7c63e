-- A web process says that it lives, once a second, and learns who else does: by the clock of Valkey, since one process
-- whose own clock is wrong must not bury the others.
-- KEYS: nodes (zset node -> end of its lease ms)
-- ARGV: node, lease ms, how long the dead are remembered ms
-- Returns {1 when it was known before, living nodes...}.
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
return {known and 1 or 0, unpack(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf'))}
