-- Module dpctl.list: the verbs in the order in which ovs-dpctl lists them, with their arguments as it writes them.
local verbs = {
  { "add-dp", "dp [iface...]" },
  { "del-dp", "dp" },
  { "add-if", "dp iface..." },
  { "del-if", "dp iface..." },
  { "set-if", "dp iface..." },
  { "dump-dps", "" },
  { "show", "[-s] [dp...]" },
  { "dump-flows", "[-m] [--names] [dp] [filter=..] [type=..] [pmd=..]" },
  { "add-flow", "[dp] flow actions" },
  { "mod-flow", "[dp] flow actions" },
  { "get-flow", "[dp] ufid" },
  { "del-flow", "[dp] flow" },
  { "add-flows", "[dp] file" },
  { "mod-flows", "[dp] file" },
  { "del-flows", "[dp] [file]" },
  { "offload-stats-show", "[dp]" },
  { "dump-conntrack", "[-m] [-s] [dp] [zone=N]" },
  { "flush-conntrack", "[dp] [zone=N] [ct-orig-tuple] [ct-reply-tuple]" },
  { "cache-get-size", "[dp]" },
  { "cache-set-size", "dp cache <size>" },
  { "ct-stats-show", "[dp] [zone=N]" },
  { "ct-bkts", "[dp] [gt=N]" },
  { "ct-set-maxconns", "[dp] maxconns" },
  { "ct-get-maxconns", "[dp]" },
  { "ct-get-nconns", "[dp]" },
  { "ct-enable-tcp-seq-chk", "[dp]" },
  { "ct-disable-tcp-seq-chk", "[dp]" },
  { "ct-get-tcp-seq-chk", "[dp]" },
  { "ct-set-limits", "[dp] [default=L] [zone=N,limit=L]..." },
  { "ct-del-limits", "[dp] zone=N1[,N2]..." },
  { "ct-get-limits", "[dp] [zone=N1[,N2]...]" },
  { "ipf-set-enabled", "[dp] v4|v6" },
  { "ipf-set-disabled", "[dp] v4|v6" },
  { "ipf-set-min-frag", "[dp] v4|v6 minfragment" },
  { "ipf-set-max-nfrags", "[dp] maxfrags" },
  { "ipf-get-status", "[dp]" },
  { "help", "" },
  { "list-commands", "" },
  { "parse-actions", "actions" },
  { "normalize-actions", "actions" },
}

---@param ctl dpctl.Session
return function(ctl)
  ctl:line "The available commands are:"
  for _, verb in ipairs(verbs) do ctl:line(("  %-23s %s"):format(verb[1], verb[2]), { name = verb[1], usage = verb[2] }) end
end
