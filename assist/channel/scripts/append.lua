-- Frames of one tab enter the journal and their page's queue, and go to the nodes whose consoles watch.
-- The page in front is the one that the newest frame with a word about it names: what comes late does not count, unless
-- it is so late that the visitor's clock must have been put back. Within a tab the page that was entered last counts.
-- KEYS: state, consoles, journal, pages (zset page -> time of last use), facts of pages (hash), prefix of queues
-- ARGV: connection, tab, session id (16 bytes), how large the journal may be, frames...
-- Returns {status, stored, journal bytes, number of the newest choice, is the visitor pausing (1, 0), pages that need a
-- snapshot...}; status 0 stored, 1 replaced, 2 ended, 3 gap, 4 unknown here (memory was lost), 5 journal full.
local state, consoles, journal, pages, facts, prefix = unpack(KEYS)
local tab, session = ARGV[2], ARGV[3]
local held = redis.call('HMGET', state, 'connection:' .. tab, 'stored:' .. tab, 'open', 'ended', 'journal_bytes',
  'queue_bytes', 'page', 'front_at', 'used', 'chosen_at', 'paused')
local chosen_at, paused = tonumber(held[10] or -1), held[11] and 1 or 0
local stored, journal_bytes, queue_bytes = tonumber(held[2] or 0), tonumber(held[5] or 0), tonumber(held[6] or 0)
if held[4] then return {2, stored, journal_bytes, chosen_at, paused} end
if not held[3] or not held[1] then return {4, stored, journal_bytes, chosen_at, paused} end
if held[1] ~= ARGV[1] then return {1, stored, journal_bytes, chosen_at, paused} end
if journal_bytes > tonumber(ARGV[4]) then return {5, stored, journal_bytes, chosen_at, paused} end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local watching = redis.call('ZRANGEBYSCORE', consoles, now, '+inf')
local first_stored, status, needs, number, has_grown = stored, 0, {}, tonumber(tab), false
local used = tonumber(held[9] or 0)

local function drop(page)
  local bytes = tonumber(redis.call('HGET', facts, 'queue:' .. page) or 0)
  redis.call('DEL', prefix .. page)
  redis.call('HDEL', facts, 'queue:' .. page, 'begun:' .. page)
  queue_bytes = queue_bytes - bytes
end

local function forget(page)
  drop(page)
  redis.call('ZREM', pages, page)
  redis.call('HDEL', facts, 'enter:' .. page)
  if tonumber(page) == used then used = 0 end
end

local function count(page, frame)
  queue_bytes = queue_bytes + #frame
  return redis.call('HINCRBY', facts, 'queue:' .. page, #frame)
end

local function push(page, frame)
  redis.call('XADD', prefix .. page, '*', 'f', frame)
  return count(page, frame)
end

local function enqueue(kind, flags, page, frame)
  local key, begins = prefix .. page, kind == 1 or (kind == 2 and flags % 2 == 1)
  if kind == 1 then
    redis.call('HSET', facts, 'enter:' .. page, frame)
    drop(page)
    push(page, frame)
  elseif begins then
    drop(page)
    local enter = redis.call('HGET', facts, 'enter:' .. page)
    if enter then push(page, enter) end
    redis.call('HSET', facts, 'begun:' .. page, 1)
    if push(page, frame) > QUEUE_BYTES then needs[page] = true end
  elseif redis.call('HEXISTS', facts, 'begun:' .. page) == 0
    or not redis.call('XADD', key, 'NOMKSTREAM', '*', 'f', frame) then
    if kind ~= 7 then needs[page] = true end
    return
  else
    local bytes = count(page, frame)
    if bytes > QUEUE_BYTES then needs[page] = true end
    if bytes > QUEUE_HARD_BYTES then drop(page) end
  end
  if page ~= used then
    redis.call('ZADD', pages, now, page)
    used = page
  end
  if begins then
    for _, name in ipairs({key, pages, facts}) do redis.call('EXPIRE', name, SESSION_TTL_SECONDS) end
    has_grown = true
  end
end

local current, front_at = tonumber(held[7] or 0), tonumber(held[8] or 0)
local changed = false

local function show(number, is_hidden)
  if is_hidden then redis.call('HSET', state, 'hidden:' .. number, 1) else redis.call('HDEL', state, 'hidden:' .. number) end
end

local function follow(kind, flags, page, time)
  local enters, turns = kind == 1 or kind == 6, flags % 8 >= 4
  if not (enters or turns or kind == 11) or page % 65536 == 0 then return end
  if enters then redis.call('HSET', state, 'at:' .. number, page) end
  if page ~= current or kind == 11 then show(number, flags >= 8) end
  local arrives = enters and (flags < 8 or current == 0 or math.floor(current / 65536) == number)
  if not arrives and not turns then return end
  if time < front_at and time > front_at - FRONT_LATE_MS then return end
  current, front_at, changed = page, time, true
end

-- Numbered by the clock, so that a choice is newer than all before it even where this memory has lost the last of them.
local function choose(is_pause)
  chosen_at, paused = math.max(math.floor(now), chosen_at + 1), is_pause and 1 or 0
  redis.call('HSET', state, 'chosen_at', string.format('%.0f', chosen_at))
  if is_pause then redis.call('HSET', state, 'paused', 1) else redis.call('HDEL', state, 'paused') end
end

-- What a GAP stands for begins with the frame that is expected here, or before: this memory may have lost some, and
-- then know of fewer than the process that checked the frame.
local function jumps(kind, seq, frame)
  if kind ~= 10 or seq <= stored then return false end
  local is_json, gap = pcall(cjson.decode, string.sub(frame, 21))
  return is_json and type(gap) == 'table' and (tonumber(gap.from_seq) or seq) <= stored + 1
end

for i = 5, #ARGV do
  local frame = ARGV[i]
  local kind, flags, page, seq, time = struct.unpack('>BBxxI4I4d', frame)
  if seq == stored + 1 or jumps(kind, seq, frame) then
    stored = seq
    redis.call('XADD', journal, '*', 'f', frame)
    journal_bytes = journal_bytes + #frame
    for _, node in ipairs(watching) do
      redis.call('PUBLISH', 'node:' .. node, session .. frame)
    end
    follow(kind, flags, page, time)
    if kind == 8 or kind == 9 then choose(kind == 8) end
    if kind == 5 then
      forget(page)
    elseif kind == 1 or kind == 2 or kind == 3 or kind == 6 or kind == 7 then
      if page % 65536 > 0 then enqueue(kind, flags, page, frame) end
    end
  elseif seq > stored then
    status = 3
    break
  end
end

-- Never the current page or its shelf; who comes back to one that was dropped is asked for a snapshot.
local shelf = current - current % 65536 + 65535
local surplus = has_grown and redis.call('ZCARD', pages) - SESSION_PAGES or 0
if surplus > 0 or queue_bytes > QUEUES_BYTES then
  for _, page in ipairs(redis.call('ZRANGE', pages, 0, -1)) do
    if surplus <= 0 and queue_bytes <= QUEUES_BYTES then break end
    if tonumber(page) ~= current and tonumber(page) ~= shelf then
      if surplus > 0 then forget(page) else drop(page) end
      surplus = surplus - 1
    end
  end
end

if stored > first_stored then
  redis.call('HSET', state, 'stored:' .. tab, stored, 'journal_bytes', journal_bytes, 'queue_bytes', queue_bytes,
    'used', used)
end
if changed then redis.call('HSET', state, 'page', current, 'front_at', front_at) end
local answer = {status, stored, journal_bytes, chosen_at, paused}
for page in pairs(needs) do answer[#answer + 1] = page end
return answer
