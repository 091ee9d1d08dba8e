-- kernels: 6.12
-- What every verb does alike: --json, -n, and what it says to a flag that it does not have, without privilege and without the
-- kernel's module.
local test = require "test"
local net, json = require "net", require "json"

-- The program as an ordinary user may run it.
local PROGRAM = "/run/odp-each"
assert(net.run(("cp %s %s && chmod 755 %s"):format(os.getenv "ODP_BINARY", PROGRAM, PROGRAM)))
test.cleanup(function() net.run("rm -f " .. PROGRAM) end)

local function run(line, before)
  local r = net.exec("sh", "-c", ("%s %s %s </dev/null"):format(before or "", PROGRAM, line), { timeout = 30 })
  return r.stdout, r.stderr, r.status
end

local LAYERS = "--layers 'eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02)/ipv4(src=10.0.0.1,dst=10.0.0.2)/udp(src=1,dst=53)'"
local FLOW = "'in_port(1),eth(),eth_type(0x0806),arp()'"
local UFID = "ufid:12345678-0000-0000-0000-000000000001"

-- Command lines that follow one another in a namespace, and what each is: a verb that tells something (tells), one that changes
-- something and tells at most that (changes), or one that is refused as the kernel cannot do it (refused). "any" of what needs no
-- privilege.
local LINES = {
  { "datapath add", "dp0", changes = true, new = true },
  { "datapath list", "", tells = true, any = true },
  { "vport add netdev", "dp0 eth1", changes = true },
  { "vport add internal", "dp0 in0", changes = true },
  { "vport add vxlan", "dp0 vx0", changes = true },
  { "vport add geneve", "dp0 gnv0", changes = true },
  { "vport add gre", "dp0 gre1", changes = true },
  { "vport list", "-s dp0", tells = true, any = true },
  { "flow add", "dp0 --in-port=eth1 --output=in0", changes = true },
  { "flow list", "dp0", tells = true, any = true },
  { "flow save", "dp0 /dev/null", tells = true, any = true },
  { "flow load", "dp0 /dev/null", tells = true, any = true },
  { "flow clear", "dp0 --in-port=eth1", changes = true },
  { "flow delete", "dp0 --in-port=eth1", changes = true },
  { "meter add", "dp0 1 --rate 5", changes = true },
  { "meter set", "dp0 1 --rate 6", changes = true },
  { "meter list", "dp0", tells = true, any = true },
  { "meter features", "dp0", tells = true, any = true },
  { "meter delete", "dp0 1", changes = true },
  { "packet send", "dp0 'ct(commit),in0' " .. LAYERS, tells = true },
  { "packet show", LAYERS, tells = true, any = true },
  { "ct list", "", tells = true },
  { "ct stats", "", tells = true },
  { "ct flush", "--all", changes = true },
  { "ct-limit set", "5 9", changes = true },
  { "ct-limit list", "", tells = true, any = true },
  { "ct-limit delete", "5", changes = true },
  { "feature list", "", tells = true, any = true },
  { "event", "-t 0.01", changes = true, any = true },
  { "top", "dp0 --batch -c 1 -i 0.1", tells = true, any = true },
  { "watch", "-c 1 -i 0.1 -- -n site vport list dp0", tells = true, inner = true },
  { "vport delete", "in0", changes = true },
  { "datapath delete", "dp0", changes = true },
  { "dpctl add-dp", "dp1", changes = true, new = true },
  { "dpctl add-if", "dp1 eth2,port_no=1", changes = true },
  { "dpctl set-if", "dp1 eth2", changes = true, any = true },
  { "dpctl show", "-s dp1", tells = true, any = true },
  { "dpctl dump-dps", "", tells = true, any = true },
  { "dpctl add-flow", "dp1 " .. UFID .. FLOW .. " 1", changes = true },
  { "dpctl dump-flows", "dp1", tells = true, any = true },
  { "dpctl get-flow", "dp1 " .. UFID, tells = true, any = true },
  { "dpctl mod-flow", "-s dp1 " .. UFID .. FLOW .. " drop", tells = true },
  { "dpctl del-flow", "-s dp1 " .. UFID .. FLOW, tells = true },
  { "dpctl add-flows", "dp1 /dev/null", changes = true, any = true },
  { "dpctl mod-flows", "dp1 /dev/null", changes = true, any = true },
  { "dpctl del-flows", "dp1", changes = true },
  { "dpctl cache-get-size", "dp1", tells = true, any = true },
  { "dpctl cache-set-size", "dp1 masks-cache 512", changes = true },
  { "dpctl ct-set-limits", "dp1 default=10 zone=5,limit=6", changes = true },
  { "dpctl ct-get-limits", "dp1", tells = true, any = true },
  { "dpctl ct-del-limits", "dp1 zone=5", changes = true },
  { "dpctl dump-conntrack", "dp1", changes = true },
  { "dpctl flush-conntrack", "dp1", changes = true },
  { "dpctl ct-stats-show", "dp1", tells = true },
  { "dpctl ct-bkts", "dp1", tells = true, any = true },
  { "dpctl ct-get-maxconns", "dp1", refused = true },
  { "dpctl ct-set-maxconns", "dp1 5", refused = true },
  { "dpctl ct-get-nconns", "dp1", refused = true },
  { "dpctl ct-get-tcp-seq-chk", "dp1", refused = true },
  { "dpctl ct-enable-tcp-seq-chk", "dp1", refused = true },
  { "dpctl ct-disable-tcp-seq-chk", "dp1", refused = true },
  { "dpctl ipf-get-status", "dp1", refused = true },
  { "dpctl ipf-set-enabled", "dp1 v4", refused = true },
  { "dpctl ipf-set-disabled", "dp1 v4", refused = true },
  { "dpctl ipf-set-min-frag", "dp1 v4 1000", refused = true },
  { "dpctl ipf-set-max-nfrags", "dp1 1000", refused = true },
  { "dpctl offload-stats-show", "dp1", refused = true },
  { "dpctl normalize-actions", "'in_port(1),eth()' 2", tells = true, any = true },
  { "dpctl parse-actions", "1,2", tells = true, any = true },
  { "dpctl list-commands", "", tells = true, any = true },
  { "dpctl del-if", "dp1 eth2", changes = true },
  { "dpctl del-dp", "dp1", changes = true },
}

-- Those that wait for packets or changes; commands_test.lua has them.
local WAITING = { ["datapath listen"] = true, ["vport listen"] = true }

-- The verbs that the help of a group, or that of everything, lists.
local function verbs_in(help)
  local list = {}
  for line in help:gmatch "[^\n]+" do
    if line:find "^A name can be cut short" or line:find "^Flags" then break end
    list[#list + 1] = line:match "^  (%l%S*)  +%u"
  end
  return list
end

local function lines_of(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

test("each verb is here", function()
  local here = {}
  for _, l in ipairs(LINES) do here[l[1]] = true end
  local n = 0
  local function look(name)
    local verbs = verbs_in((run("help " .. name)))
    for _, verb in ipairs(verbs) do look(name == "" and verb or name .. " " .. verb) end
    if #verbs > 0 then return end
    n = n + 1
    test.ok(here[name] or WAITING[name], "odp " .. name)
  end
  look ""
  test.ok(n >= #LINES, "verbs were found")
end)

test("in a namespace, as JSON, and without privilege", function()
  local ns = net.namespace "site"
  ns:with(function()
    net.dummy { name = "eth1" }
    net.dummy { name = "eth2" }
  end)
  local nobody = "ip netns exec site setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all"
  for _, l in ipairs(LINES) do
    local line = l[1] .. " " .. l[2]
    -- An ordinary user may look, and is told why no more.
    if not l.inner then
      local out, err, status = run(line, nobody)
      if l.any then
        test.eq({ err, status, out ~= "" }, { "", 0, l.tells or false }, "nobody: " .. line)
      else
        test.eq({ out, status, #lines_of(err) }, { "", 1, 1 }, "nobody: " .. line)
        local ours = "^odp: .*: needs CAP_NET_ADMIN %(run as root%): EPERM %(operation not permitted%)\n$"
        local theirs = l.refused and "^odp: .* %(Operation not supported%)\n$" or "^odp: .* %(Operation not permitted%)\n$"
        test.ok(err:find(l[1]:find "^dpctl" and theirs or ours), ("nobody: %s: %s"):format(line, err))
      end
    end
    local out, err, status = run(("--json %s %s"):format(l.inner and "" or "-n site", line))
    test.eq(status, l.refused and 1 or 0, line .. ": " .. err)
    test.eq(#lines_of(err), l.refused and 1 or 0, line)
    for _, text in ipairs(lines_of(out)) do
      test.eq(type(json.decode(text)), "table", line)
      test.matches(text, "^{", line)
    end
    if l.tells then test.ok(out ~= "", line) end
    -- What is there is there alone.
    if line:find "dp[01]" and not l.inner and not l.new then
      out, err, status = run(line)
      test.eq({ out, status, err:sub(1, 5) }, { "", 1, "odp: " }, "elsewhere: " .. line)
      if not l[1]:find "^dpctl" then test.eq(#lines_of(err), 1, line) end -- ovs-dpctl has two for some
    end
  end
end)

test("flags that there are not", function()
  for _, l in ipairs(LINES) do
    local hint = (" (odp help %s shows how it is used)\n"):format(l[1])
    local out, err, status = run(l[1] .. " --jsno")
    test.eq({ out, status }, { "", 2 }, l[1])
    test.eq(err, ("odp: %s: there is no flag --jsno; did you mean --json?"):format(l[1]) .. hint)
  end
end)
