-- A web process says that it lives, once a second, and learns who else does.
-- KEYS: nodes (zset node -> end of its lease ms)
-- ARGV: node, now ms, lease ms, how long the dead are remembered ms
-- Returns {1 when it was known before, living nodes...}.
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2] + ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2] - ARGV[4])
return {known and 1 or 0, unpack(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf'))}
