-- A console takes its place among those that watch, or keeps it; leases that have run out make room.
-- KEYS: watchers (hash console -> end of its lease ms, a blank, who it is)
-- ARGV: console, who it is (JSON), lease ms, the most that may watch
-- Returns 1 when it has a place, 0 when there is none.
local time = redis.call('TIME')
local now, count = time[1] * 1000 + time[2] / 1000, 0
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do
  if tonumber(string.match(held[i + 1], '^%d+')) <= now then
    redis.call('HDEL', KEYS[1], held[i])
  elseif held[i] ~= ARGV[1] then
    count = count + 1
  end
end
if count >= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now + ARGV[3], ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
