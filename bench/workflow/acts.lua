-- wrk: acts on instances of the bench's flow: start, take, give back, take, finish.
-- HB_COOKIE, HB_CSRF: of a session; HB_SEED: part of the keys of this run.
local headers = {
  ["Cookie"] = os.getenv("HB_COOKIE"),
  ["X-CSRF-Token"] = os.getenv("HB_CSRF"),
  ["Content-Type"] = "application/json",
}
local seed = os.getenv("HB_SEED")
local moves = {[1] = "take", [2] = "release", [3] = "take", [4] = "finish"}
local ready = {}
local number = 0

function request()
  number = number + 1
  local key = seed .. "-" .. number
  local one = table.remove(ready)
  if one == nil then
    local area = string.format("770101001%03d", number % 100)
    return wrk.format("POST", "/api/flows/bench-work/instances", headers,
      '{"key":"' .. key .. '","data":{"area":"' .. area .. '","what":"bench"}}')
  end
  return wrk.format("POST", "/api/instances/" .. one.id .. "/acts", headers,
    '{"token":1,"seen":' .. one.seen .. ',"move":"' .. moves[one.seen] .. '","key":"' .. key .. '"}')
end

function response(status, _, body)
  if status ~= 200 and status ~= 201 then return end
  local id = body:match('^{"id":"(%w+)"')
  local seen = tonumber(body:match('"seen":(%d+)'))
  if id and moves[seen] then ready[#ready + 1] = {id = id, seen = seen} end
end
