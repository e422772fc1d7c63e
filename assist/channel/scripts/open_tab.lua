-- A visitor's connection takes its tab: later connections of the same tab fence earlier ones off.
-- KEYS: state, conns, consoles, journal, nodes
-- ARGV: connection, tab, durable seq, record (TAB_HELLO), offset ms, session id (16 bytes), 1 when the row says paused
-- Returns {status, stored, paused, number of that choice}; status 0 taken, 2 ended, 6 too many sockets.
local state, conns, consoles, journal, nodes = unpack(KEYS)
local connection, tab, record = ARGV[1], ARGV[2], ARGV[4]
if redis.call('HEXISTS', state, 'ended') == 1 then return {2, 0, 0, -1} end
local old = redis.call('HGET', state, 'connection:' .. tab)
if old then redis.call('SREM', conns, old) end
-- Leases are by the clock of Valkey, whatever the nodes' own say. A node that stalls comes back, and so may its
-- connections: only those of a node that nobody remembers are forgotten.
local time = redis.call('TIME')
local clock, living = time[1] * 1000 + time[2] / 1000, 0
-- What comes from a node is its beat, too: after a stall the next one can be a moment away. One that is not remembered
-- has to see that for itself.
redis.call('ZADD', nodes, 'XX', 'GT', clock + NODE_LEASE_SECONDS * 1000, string.match(connection, '^[^.]+'))
for _, other in ipairs(redis.call('SMEMBERS', conns)) do
  local lease = redis.call('ZSCORE', nodes, string.match(other, '^[^.]+'))
  if not lease then
    redis.call('SREM', conns, other)
  elseif tonumber(lease) >= clock then
    living = living + 1
  end
end
if living >= SESSION_SOCKETS then return {6, 0, 0, -1} end
local stored = tonumber(redis.call('HGET', state, 'stored:' .. tab) or 0)
if tonumber(ARGV[3]) > stored then stored = tonumber(ARGV[3]) end
-- Nothing is known of a session whose row goes on, since this memory was lost: what the visitor chose still counts.
if ARGV[7] == '1' and redis.call('HEXISTS', state, 'open') == 0 then
  redis.call('HSET', state, 'paused', 1, 'chosen_at', string.format('%.0f', clock))
end
redis.call('HSET', state, 'open', 1, 'offset:' .. tab, ARGV[5], 'stored:' .. tab, stored, 'connection:' .. tab, connection)
redis.call('HDEL', state, 'gone')
redis.call('SADD', conns, connection)
redis.call('XADD', journal, '*', 'f', record)
redis.call('HINCRBY', state, 'journal_bytes', #record)
for _, node in ipairs(redis.call('ZRANGEBYSCORE', consoles, clock, '+inf')) do
  redis.call('PUBLISH', 'node:' .. node, ARGV[6] .. record)
end
for _, key in ipairs({state, conns, journal}) do redis.call('EXPIRE', key, SESSION_TTL_SECONDS) end
local choice = redis.call('HMGET', state, 'paused', 'chosen_at')
return {0, stored, tonumber(choice[1] or 0), tonumber(choice[2] or -1)}
