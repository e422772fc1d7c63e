-- A visitor's connection takes its tab: later connections of the same tab fence earlier ones off.
-- KEYS: state, tab, conns, consoles, journal, nodes
-- ARGV: connection, tab number, durable seq, ttl s, max sockets, record (TAB_HELLO), offset ms, session id, inbox frames
-- Returns {status, stored, paused}; status 0 taken, 2 ended, 6 too many sockets.
local state, tab, conns, consoles, journal, nodes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
if redis.call('HEXISTS', state, 'ended') == 1 then return {2, 0, 0} end
local old = redis.call('HGET', tab, 'connection')
if old then redis.call('SREM', conns, old) end
-- Leases are by the clock of Valkey, whatever the nodes' own say. A node that stalls comes back, and so may its
-- connections: only those of a node that nobody remembers are forgotten.
local time = redis.call('TIME')
local clock, living = time[1] * 1000 + time[2] / 1000, 0
for _, connection in ipairs(redis.call('SMEMBERS', conns)) do
  local lease = redis.call('ZSCORE', nodes, string.match(connection, '^[^.]+'))
  if not lease then
    redis.call('SREM', conns, connection)
  elseif tonumber(lease) >= clock then
    living = living + 1
  end
end
if living >= tonumber(ARGV[5]) then return {6, 0, 0} end
local stored = tonumber(redis.call('HGET', tab, 'stored') or 0)
if tonumber(ARGV[3]) > stored then stored = tonumber(ARGV[3]) end
redis.call('HSET', tab, 'stored', stored, 'connection', ARGV[1])
redis.call('HSET', state, 'open', 1, 'offset:' .. ARGV[2], ARGV[7], 'stored:' .. ARGV[2], stored,
  'connection:' .. ARGV[2], ARGV[1])
redis.call('HDEL', state, 'gone')
redis.call('SADD', conns, ARGV[1])
redis.call('XADD', journal, '*', 'f', ARGV[6])
redis.call('HINCRBY', state, 'journal_bytes', #ARGV[6])
for _, node in ipairs(redis.call('ZRANGEBYSCORE', consoles, clock, '+inf')) do
  redis.call('XADD', 'node:' .. node .. ':inbox', 'MAXLEN', '~', ARGV[9], '*', 's', ARGV[8], 'f', ARGV[6])
end
for _, key in ipairs({state, tab, conns, consoles, journal}) do redis.call('EXPIRE', key, ARGV[4]) end
return {0, stored, tonumber(redis.call('HGET', state, 'paused') or 0)}
