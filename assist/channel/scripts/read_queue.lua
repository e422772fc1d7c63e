-- Part of a page's queue and of its tab's shelf, and how far everything is at that very moment.
-- KEYS: state, prefix of queues
-- ARGV: page (0 for the current one), id after which to read ("-" from the start), most frames, most bytes of them with
-- the length of each ahead, 1 when the shelf's beginning is wanted, too
-- Returns {page, current page, {tab, stored, ...}, part, part of the shelf}, the last where it is wanted, and page and
-- shelf have a frame. A part is {first id or "", length, last id of the part, is it the queue's last (1, 0), number of
-- frames, have they a snapshot (1, 0), the frames, the length of each (4 bytes) ahead} and has at least one frame where
-- there is one.
local SNAPSHOT, AT_ONCE, SHELF = 2, 128, 65535
local most, bytes = tonumber(ARGV[3]), tonumber(ARGV[4])

local function read(page, after)
  local key, room = KEYS[2] .. string.format('%.0f', page), bytes
  local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
  local parts, count, has_snapshot, is_full = {}, 0, 0, false
  while not is_full and count < most do
    local from = after == '-' and '-' or '(' .. after
    local entries = redis.call('XRANGE', key, from, '+', 'COUNT', math.min(AT_ONCE, most - count))
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
  local is_last = (not last[1] or last[1][1] == after) and 1 or 0
  return {
    first[1] and first[1][1] or '', redis.call('XLEN', key), after, is_last, count, has_snapshot, table.concat(parts)
  }
end

local fields, marks, current = redis.call('HGETALL', KEYS[1]), {}, 0
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 7) == 'stored:' then
    marks[#marks + 1] = string.sub(fields[i], 8)
    marks[#marks + 1] = fields[i + 1]
  elseif fields[i] == 'page' then
    current = tonumber(fields[i + 1])
  end
end
local page = tonumber(ARGV[1])
if page == 0 then page = current end
local part, shelf = read(page, ARGV[2]), page - page % 65536 + SHELF
local answer = {page, current, marks, part}
if ARGV[5] == '1' and page ~= shelf and part[2] > 0 then
  local beginning = read(shelf, '-')
  if beginning[2] > 0 then answer[5] = beginning end
end
return answer
