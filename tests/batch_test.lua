-- Many requests in one go: each succeeds or fails by itself and in its order, more of them than one
-- send holds, and none is lost.
local odp = require "odp"
local t = require "test"
local frames = require "lib.frames"

local dp = odp.create_datapath("dp0")
local batch = dp:batch()
local udp = frames.udp {}

local function match(i) return { in_port = i % 60000, recirc_id = math.floor(i / 60000) } end

-- Nothing at all.
t.eq(batch.count, 0)
t.eq(batch:send(), 0)

-- Successes and failures in order; each error is at its request's number and tells the line that added it.
t.eq(batch:put_flow { match = match(1), actions = 1 }, 1)
t.eq(batch:put_flow { match = match(1), actions = 2 }, 2) -- there by now
t.eq(batch:put_flow { match = match(2), actions = 1, mode = "modify" }, 3) -- not there
t.eq(batch:put_flow { match = match(1), actions = 3, mode = "replace" }, 4)
t.eq(batch:delete_flow(match(9)), 5) -- not there
t.eq(batch:execute { data = udp, in_port = 1, actions = "recirc(7)" }, 6)
t.eq(batch:execute { data = udp, in_port = 1, actions = "set(tcp(dst=1))" }, 7) -- it is UDP
t.eq(batch:put_flow { match = match(2), actions = 1 }, 8)
t.eq(batch:delete_flow(match(1)), 9)
t.eq(batch.count, 9)
local failed, errors = batch:send()
t.eq(failed, 4)
local want = { [2] = "EEXIST", [3] = "ENOENT", [5] = "ENOENT", [7] = "EINVAL" }
for i = 1, 9 do t.eq(errors[i] and errors[i].errno, want[i], "request " .. i) end
t.eq(errors[2].op, "flow put")
t.eq(errors[5].op, "flow delete")
t.eq(errors[7].op, "packet execute")
t.contains(errors[2].line, "batch_test.lua:19")
t.contains(tostring(errors[7]), "batch_test.lua:24")
t.eq(dp.stats.flows, 1)
t.eq(tostring(dp:flow(match(2)).actions), "1")
t.eq(dp:flow(match(1)), nil)
t.eq(dp.stats.missed, 1, "the executed packet")

-- After a send it is empty, and can be used again.
t.eq(batch.count, 0)
t.eq(batch:send(), 0)
t.eq(batch:delete_flow(match(2)), 1)
t.eq(batch:send(), 0)
t.eq(dp.stats.flows, 0)

-- 20,000 flows, more than one send holds, among them every thousandth that is refused.
local total = 20000
for i = 1, total do
  batch:put_flow { match = match(i), actions = i % 1000 == 0 and "userspace(pid=0),set(tcp(dst=1))" or i % 50 }
end
t.eq(batch.count, total)
failed, errors = batch:send()
t.eq(failed, total / 1000)
for i, e in pairs(errors) do
  t.eq(i % 1000, 0, "number of a refused request")
  t.eq(e.errno, "EINVAL")
end
t.eq(dp.stats.flows, total - failed)
for _, i in ipairs { 1, 777, 9999, 10001, total - 1 } do t.eq(tostring(dp:flow(match(i)).actions), tostring(i % 50)) end

-- All failures: as many errors as requests.
local part = 4999
for i = 1, part do batch:put_flow { match = match(i), actions = 1 } end
failed, errors = batch:send()
t.eq(failed, part - 4, "flows that are there")
t.eq(errors[1].errno, "EEXIST")
t.eq(errors[1000], nil, "the flow that was refused before")
t.eq(errors[part].errno, "EEXIST")
for i = 1, part do batch:delete_flow(match(i)) end
t.eq(batch:send(), 0)
t.eq(dp.stats.flows, total - total / 1000 - (part - 4))
dp:flush_flows()

-- Large requests: some fill a send by themselves.
local big = frames.ip { payload = string.rep("x", 60000) }
local missed = dp.stats.missed
for i = 1, 30 do
  batch:execute { data = big, in_port = 1, actions = "recirc(7)" }
  batch:execute { data = udp, in_port = 1, actions = "recirc(7)" }
end
t.eq(batch:send(), 0)
t.eq(dp.stats.missed - missed, 60)

-- Bad input is refused where it is added, and the rest of the batch stays.
batch:put_flow { match = match(1), actions = 1 }
t.raises(function() batch:put_flow { match = { ipv5 = {} }, actions = 1 } end, "ipv5")
t.raises(function() batch:put_flow { match = match(1) } end, "actions")
t.raises(function() batch:execute { in_port = 1, actions = 1 } end, "data")
batch:put_flow { match = match(2), actions = 1 }
t.eq(batch.count, 2)
t.eq(batch:send(), 0)
t.eq(dp.stats.flows, 2)

-- Flows with an identifier.
local ufid = "00000000-0000-0000-0000-00000000002a"
batch:put_flow { match = match(3), actions = 1, ufid = ufid }
batch:delete_flow { ufid = ufid }
batch:delete_flow { ufid = ufid }
failed, errors = batch:send()
t.eq(failed, 1)
t.eq(errors[3].errno, "ENOENT")

-- A datapath that is gone: each request says so.
batch:put_flow { match = match(5), actions = 1 }
batch:execute { data = udp, in_port = 1, actions = 1 }
dp:delete()
failed, errors = batch:send()
t.eq(failed, 2)
for i = 1, 2 do
  t.eq(errors[i].errno, "ENODEV")
  t.contains(tostring(errors[i]), "dp0")
end
