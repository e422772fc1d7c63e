-- A visitor's connection takes its tab: later connections of the same tab fence earlier ones off.
-- KEYS: state, tab, conns, consoles, journal
-- ARGV: connection, tab number, durable seq, now ms, lease ms, ttl s, max sockets, record (TAB_HELLO), offset ms,
--       session id, inbox frames
-- Returns {status, stored, paused}; status 0 taken, 2 ended, 6 too many sockets.
local state, tab, conns, consoles, journal = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
if redis.call('HEXISTS', state, 'ended') == 1 then return {2, 0, 0} end
local now = tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', conns, '-inf', now)
local old = redis.call('HGET', tab, 'connection')
if old then redis.call('ZREM', conns, old) end
if redis.call('ZCARD', conns) >= tonumber(ARGV[7]) then return {6, 0, 0} end
local stored = tonumber(redis.call('HGET', tab, 'stored') or 0)
if tonumber(ARGV[3]) > stored then stored = tonumber(ARGV[3]) end
redis.call('HSET', tab, 'stored', stored, 'connection', ARGV[1])
redis.call('HSET', state, 'open', 1, 'offset:' .. ARGV[2], ARGV[9], 'stored:' .. ARGV[2], stored)
redis.call('HDEL', state, 'gone')
redis.call('ZADD', conns, now + tonumber(ARGV[5]), ARGV[1])
redis.call('XADD', journal, '*', 'f', ARGV[8])
redis.call('HINCRBY', state, 'journal_bytes', #ARGV[8])
for _, node in ipairs(redis.call('ZRANGEBYSCORE', consoles, now, '+inf')) do
  redis.call('XADD', 'node:' .. node .. ':inbox', 'MAXLEN', '~', ARGV[11], '*', 's', ARGV[10], 'f', ARGV[8])
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[6]) end
return {0, stored, tonumber(redis.call('HGET', state, 'paused') or 0)}
