-- A node watches sessions, or goes on to: what is appended to them is sent to it until the lease has run out.
-- With the last lease the key goes, also of a session that was forgotten while a console still looked at its end.
-- KEYS: consoles of each session (zset node -> end of its lease ms)
-- ARGV: node, lease ms
local time = redis.call('TIME')
local lease_end = time[1] * 1000 + time[2] / 1000 + ARGV[2]
for _, consoles in ipairs(KEYS) do
  redis.call('ZADD', consoles, lease_end, ARGV[1])
  redis.call('PEXPIRE', consoles, ARGV[2])
end
