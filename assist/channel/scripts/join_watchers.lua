-- A console takes its place among those that watch; leases that have run out make room.
-- KEYS: watchers
-- ARGV: console, its entry (JSON with the end of its lease), now ms, the most that may watch, ttl s
-- Returns 1 when it has a place, 0 when there is none.
local count = 0
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do
  if cjson.decode(held[i + 1])['until'] <= tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], held[i])
  elseif held[i] ~= ARGV[1] then
    count = count + 1
  end
end
if count >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
