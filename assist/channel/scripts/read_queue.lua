-- Part of a page's queue, and how far everything is at that very moment.
-- KEYS: state, queue
-- ARGV: id after which to read ("-" from the start), number of frames
-- Returns {first id or "", length, last id or "", current page, {tab, stored, ...}, {id, frame, ...}}.
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local from = ARGV[1]
if from ~= '-' then from = '(' .. from end
local frames, marks = {}, {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', ARGV[2])) do
  frames[#frames + 1] = entry[1]
  frames[#frames + 1] = entry[2][2]
end
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 7) == 'stored:' then
    marks[#marks + 1] = string.sub(fields[i], 8)
    marks[#marks + 1] = fields[i + 1]
  end
end
local page = redis.call('HGET', KEYS[1], 'page') or '0'
return {
  first[1] and first[1][1] or '', redis.call('XLEN', KEYS[2]), last[1] and last[1][1] or '', page, marks, frames
}
