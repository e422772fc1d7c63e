-- A visitor's connection is closed; with the last one the visitor counts as gone.
-- KEYS: state, conns, nodes
-- ARGV: connection, for how long it has been silent ms, ttl s
-- Returns {1 when no living connection remains, else 0, since when it is gone ms}.
redis.call('SREM', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local since = string.format('%.0f', now - ARGV[2])
for _, connection in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local lease = redis.call('ZSCORE', KEYS[3], string.match(connection, '^[^.]+'))
  if lease and tonumber(lease) > now then return {0, since} end
end
redis.call('HSET', KEYS[1], 'gone', since)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {1, since}
