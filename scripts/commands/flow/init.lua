---@type command.Verb
return {
  summary = "Add, list, clear and delete the flows of a datapath.",
  details = [[
A flow is given as options, as `odp flow list` prints it, or as Open vSwitch text, as `odp dpctl dump-flows` does:

  odp flow add dp0 --in-port=eth1 --eth-dst=02:00:00:00:00:01 --output=eth2
  odp flow add dp0 "in_port(eth1),eth(dst=02:00:00:00:00:01)" eth2

What a key depends on is filled in. A mask follows the value after & or /. Without any action packets are dropped.]],
}
