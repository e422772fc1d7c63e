-- A record of the server itself (SESSION_START, SESSION_END) enters the journal once.
-- KEYS: state, journal, consoles
-- ARGV: field of the state that remembers it, its value, record, session id (16 bytes)
-- Returns 1 when it was added, 0 when it was there before.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'f', ARGV[3])
redis.call('HINCRBY', KEYS[1], 'journal_bytes', #ARGV[3])
local time = redis.call('TIME')
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], time[1] * 1000 + time[2] / 1000, '+inf')) do
  redis.call('PUBLISH', 'node:' .. node, ARGV[4] .. ARGV[3])
end
redis.call('EXPIRE', KEYS[1], SESSION_TTL_SECONDS)
redis.call('EXPIRE', KEYS[2], SESSION_TTL_SECONDS)
return 1
