-- kernels: 6.12
-- What bash, zsh and fish offer for command lines of odp, with what there is in the kernel; and the manual pages.
local test = require "test"
local odp, net = require "odp", require "net"
local program = require "lib.program"

local folder = net.exec("mktemp", "-d").stdout:gsub("\n", "")
test.cleanup(function() net.run("rm -rf " .. folder) end)
assert(net.run(("ln -s %s %s/odp"):format(program.path, folder)))
local ENV = { PATH = folder .. ":" .. os.getenv "PATH", HOME = folder, XDG_CONFIG_HOME = folder .. "/config", TERM = "xterm" }

local dp = odp.create_datapath "alpha"
dp:add_vport { name = "port1", type = "internal" }
dp:add_vport { name = "port2", type = "internal" }
dp:add_meter { id = 7 }
dp:add_meter { id = 12 }
local other = odp.create_datapath "beta"

-- Each takes the beginning of a line, and returns what is offered, in order.
local shells = {}

local function sorted(text, pattern)
  local list = {}
  for word in text:gmatch(pattern or "[^\n]+") do list[#list + 1] = word end
  table.sort(list)
  return list
end

local function output(r)
  test.eq({ r.status, r.stderr }, { 0, "" })
  return r.stdout
end

function shells.bash(line)
  local code = [[
    source <(odp completion bash) || exit 1
    COMP_LINE=$1 COMP_POINT=${#1}
    compopt() { :; }
    _odp_complete
    ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
    true]]
  return sorted(output(net.exec("bash", "--norc", "-c", code, "bash", line, { env = ENV, timeout = 60 })))
end

function shells.fish(line)
  local text = output(net.exec("fish", "--no-config", "-c", "odp completion fish | source; complete -C $argv[1]", line, { env = ENV, timeout = 60 }))
  return sorted(text, "([^\t\n]+)[^\n]*")
end

-- A real zsh behind a terminal of its own: it is sent the line and a Tab, and what it shows is returned.
local ZSH = [==[
    zmodload zsh/zpty
    zpty z 'zsh -f -i'
    zpty -w z 'PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -u -D; source <(odp completion zsh)'
    zpty -w z 'print ready >>$OUT'
    for i in {1..200}; do [[ -s $OUT ]] && break; sleep 0.05; done
    zpty -w -n z "$1"$'\t'
    for i in {1..200}; do
      zpty -r -t z piece && text+=$piece
      [[ $text == *"$WANT"* ]] && break
      sleep 0.05
    done
    print -r -- "$text"]==]

local CASES = {
  { "odp datap", { "datapath" } },
  { "odp datapath delete ", { "alpha", "beta" } },
  { "odp datapath delete al", { "alpha" } },
  { "odp vport delete port", { "port1", "port2" } },
  { "odp meter list alpha ", { "12", "7" } },
  { "odp flow add alpha --in-port port", { "port1", "port2" } },
  { "odp event v", { "vport" } },
  { "odp dpctl dump-f", { "dump-flows" } },
  { "odp dpctl show a", { "alpha" } },
}

for _, name in ipairs { "bash", "fish" } do
  test(name, function()
    for _, case in ipairs(CASES) do test.eq(shells[name](case[1]), case[2], case[1]) end
  end)
end

test("zsh", function()
  -- What it lists, or what it makes of the line where there is one way to go on.
  for line, wanted in pairs {
    ["odp datapath delete al"] = { "alpha" }, ["odp datapath delete "] = { "alpha", "beta" }, ["odp vport delete port"] = { "port1", "port2" },
    ["odp meter list alpha "] = { "7", "12" }, ["odp dpctl dump-fl"] = { "dump-flows" },
  } do
    local out = os.tmpname()
    os.remove(out)
    local env = { OUT = out, WANT = wanted[#wanted] }
    for k, v in pairs(ENV) do env[k] = v end
    local text = output(net.exec("zsh", "-f", "-c", ZSH, "zsh", line, { env = env, timeout = 60 }))
    os.remove(out)
    for _, word in ipairs(wanted) do test.contains(text, word, line) end
  end
end)

test("manual pages", function()
  local dir = folder .. "/man"
  local out = program.run("man " .. dir)
  test.eq(out, "")
  local pages = net.exec("sh", "-c", "ls " .. dir).stdout
  test.contains(pages, "odp.1\n")
  test.contains(pages, "odp-flow-add.1\n")
  for page in pages:gmatch "[^\n]+" do
    local r = net.exec("groff", "-ww", "-Wbreak", "-z", "-man", "-Tutf8", ("%s/%s"):format(dir, page))
    test.eq({ r.status, r.stderr }, { 0, "" }, page)
  end
  test.contains(net.exec("sh", "-c", ("groff -man -Tutf8 %s/odp-flow-add.1 | sed 's/\\x1b\\[[0-9;]*m//g'"):format(dir)).stdout, "Add a flow to a datapath")
end)

dp:delete()
other:delete()
