-- Lists have colours on a terminal (of tmux), and nowhere else.
local test, odp = require "test", require "odp"
local program, terminal, frames = require "lib.program", require "lib.terminal", require "lib.frames"

local dp = odp.create_datapath "dp0"
dp:add_vport { name = "p1", type = "internal" }
dp:put_flow { match = "in_port(1),eth(),eth_type(0x0806)", actions = "drop" }
dp:execute { data = frames.udp {}, in_port = 1, actions = "ct(commit)" }

local lists = {
  ["datapath list"] = { "dp0", ": \27[1mdp0" },
  ["vport list dp0"] = { "p1", "internal dp0 \27[1mp1" },
  ["flow list dp0 --stats"] = { "never", "\27[2mdp0" },
  ["flow list dp0 --text"] = { "drop", "actions:\27[1mdrop" },
  ["ct list"] = { "udp", "\27[1mudp" },
  ["ct-limit list"] = { "ZONE", "\27[1mLIMIT" },
}

for words, want in pairs(lists) do
  test(words, function()
    local t, runs = terminal.open(120, 10), 0
    local function shows(line)
      runs = runs + 1
      t:type(("clear; %s; echo ended %d"):format(line, runs))
      t:await(want[1], "\nended " .. runs)
    end
    for _, off in ipairs { "NO_COLOR=1 %s", "TERM=dumb %s", "%s --no-color", "%s | cat" } do
      local line = off:format(program.path .. " " .. words)
      shows(line)
      test.ok(not t:styled():find("\27[1m", 1, true) and not t:styled():find("\27[2m", 1, true), line)
    end
    shows(program.path .. " " .. words)
    test.contains(t:styled(), want[2])
    test.ok(not program.run(words):find("\27", 1, true))
  end)
end

odp.flush_conntrack()
dp:delete()
