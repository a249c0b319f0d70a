-- For wrk: single POSTs, each to a number of its own. The key is its first argument.
local threads = 0
function setup(thread)
  thread:set("number", os.time() % 1000 * 90000 + threads * 45000)
  threads = threads + 1
end

function init(args)
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. args[1]
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  number = (number + 1) % 100000000
  return wrk.format(nil, nil, nil, string.format(
    '{"to":"+9891%08d","text":"Your order is here. It waits for you at the counter until eight."}',
    number))
end
