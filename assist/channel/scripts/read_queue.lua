-- Part of a page's queue, and how far everything is at that very moment.
-- KEYS: state, queue
-- ARGV: id after which to read ("-" from the start), most frames, most bytes of them with the length of each ahead
-- Returns {first id or "", length, current page, {tab, stored, ...}, last id of the part, is it the queue's last (1, 0),
-- number of frames, have they a snapshot (1, 0), the frames, the length of each (4 bytes) ahead}. A part has at least
-- one frame where there is one.
local SNAPSHOT, AT_ONCE = 2, 128
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local after, most, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local parts, count, has_snapshot, is_full = {}, 0, 0, false
while not is_full and count < most do
  local from = after == '-' and '-' or '(' .. after
  local entries = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', math.min(AT_ONCE, most - count))
  for _, entry in ipairs(entries) do
    local frame = entry[2][2]
    room = room - 4 - #frame
    is_full = room < 0 and count > 0
    if is_full then break end
    parts[#parts + 1] = struct.pack('>I4', #frame)
    parts[#parts + 1] = frame
    count, after = count + 1, entry[1]
    if string.byte(frame) == SNAPSHOT then has_snapshot = 1 end
  end
  if #entries < AT_ONCE then break end
end
local fields, marks = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 7) == 'stored:' then
    marks[#marks + 1] = string.sub(fields[i], 8)
    marks[#marks + 1] = fields[i + 1]
  end
end
local page = redis.call('HGET', KEYS[1], 'page') or '0'
local is_last = (not last[1] or last[1][1] == after) and 1 or 0
return {
  first[1] and first[1][1] or '', redis.call('XLEN', KEYS[2]), page, marks, after, is_last, count, has_snapshot,
  table.concat(parts)
}
