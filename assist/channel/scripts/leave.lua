-- A visitor's connection is closed; with the last one the visitor counts as gone.
-- KEYS: state, conns, nodes
-- ARGV: connection, now ms, ttl s
-- Returns 1 when no living connection remains.
redis.call('SREM', KEYS[2], ARGV[1])
local time = redis.call('TIME')
for _, connection in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local lease = redis.call('ZSCORE', KEYS[3], string.match(connection, '^[^.]+'))
  if lease and tonumber(lease) > time[1] * 1000 + time[2] / 1000 then return 0 end
end
redis.call('HSET', KEYS[1], 'gone', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
