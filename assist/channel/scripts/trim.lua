-- Frames that are in a committed segment leave the journal.
-- KEYS: state, journal
-- ARGV: ids...
local freed = 0
for i = 1, #ARGV do
  local entry = redis.call('XRANGE', KEYS[2], ARGV[i], ARGV[i])[1]
  if entry then
    freed = freed + #entry[2][2]
    redis.call('XDEL', KEYS[2], ARGV[i])
  end
end
redis.call('HINCRBY', KEYS[1], 'journal_bytes', -freed)
return freed
