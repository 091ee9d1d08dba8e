---@meta
-- Module net, for editors. Generated from the program by go generate ./luabind: do not edit.

--- Options of link:capture.
---@class net.CaptureOptions
---@field direction? "in"|"out"|"both" frames that the device receives (if not given), sends, or both
---@field queue? integer how many frames may wait for the script, 1024 if not given; more are dropped and counted

--- What is known about a captured frame beside its bytes.
---@class net.FrameInfo
---@field direction "in"|"out"
---@field csum_partial boolean its transport checksum has not been computed, as a virtual device needs none

--- What a capture has counted.
---@class net.CaptureStats
---@field captured integer frames, dropped ones included
---@field dropped integer frames dropped as the queue was full
---@field kernel_dropped integer frames that the kernel dropped as this program did not keep up
---@field queued integer frames that wait for the script

--- What net.veth takes.
---@class net.VethSpec
---@field a string name of the first device
---@field b string name of the second device
---@field ns? net.Namespace where the first is; the program's namespace if not given
---@field peer_ns? net.Namespace where the second is; beside the first if not given
---@field mtu? integer

--- What link:set takes.
---@class net.LinkChange
---@field mtu? integer
---@field mac? string|odp.MAC
---@field name? string a new name; the device must be down on some kernels
---@field ns? net.Namespace the namespace to move it to

--- Options of exec and run.
---@class net.ExecOptions
---@field timeout? number seconds after which the command is killed and an error raised
---@field stdin? string its standard input; empty if not given

--- How a command ended.
---@class net.ExecResult
---@field status integer exit status, or 128 and the signal's number
---@field stdout string
---@field stderr string

--- A network namespace. One that the script made ends with the script.
---@class net.Namespace
---@field name string? its name for `ip netns`, if it has one
local Namespace = {}

--- The network device of that name, or nil.
---
--- ```lua
--- ns:link("eth0"):down()
--- ```
---@param name string
---@return net.Link? link
function Namespace:link(name) end

--- Give a network device an address, and set it up.
---
--- ```lua
--- ns:addr("eth0", "10.0.0.1/24")
--- ```
---@param link string the device's name
---@param address string with prefix length: 10.0.0.1/24
function Namespace:addr(link, address) end

--- End the namespace. Devices in it are gone once nothing runs in it any more. Deleting again does nothing.
function Namespace:delete() end

--- Run a command and wait for it, while timers and miss handlers go on. A command that cannot be started raises; one that fails does not. A table as the last argument holds options.
---
--- ```lua
--- local r = ns:exec("ping", "-c", "1", "10.0.0.2")
--- print(r.status, r.stdout)
--- ```
---@param command string
---@param ... string|number|net.ExecOptions its arguments, then perhaps options
---@return net.ExecResult result
function Namespace:exec(command, ...) end

--- Run a shell command and wait for it, while timers and miss handlers go on.
---
--- ```lua
--- assert(ns:run("ping -c 1 -W 2 10.0.0.2"))
--- ```
---@param command string for sh -c
---@param opts? net.ExecOptions
---@return boolean ok whether its exit status was 0
---@return string output what it wrote to standard output and error
function Namespace:run(command, opts) end

--- A network device, by name.
---@class net.Link
---@field name string its name
---@field index integer its interface index
---@field mac string its hardware address
---@field mtu integer the largest packet without Ethernet header, in bytes
---@field is_running boolean whether it is up and has a carrier, so that it sends what it is given
---@field is_up boolean whether it is set up
---@operator concat(string): string
local Link = {}

--- Set the device up.
---@return net.Link link
function Link:up() end

--- Set the device down.
---@return net.Link link
function Link:down() end

--- Delete the device. The other end of a veth goes with it.
---@return net.Link link
function Link:delete() end

--- Give the device an address.
---@param address string|odp.Prefix with prefix length: 10.0.0.1/24
---@return net.Link link
function Link:addr(address) end

--- Change the device.
---
--- ```lua
--- link:set{ mtu = 1400, mac = "02:00:00:00:00:01" }
--- ```
---@param changes net.LinkChange
---@return net.Link link
function Link:set(changes) end

--- Send frames out of the device, as they are. They begin with their Ethernet header.
---
--- ```lua
--- link:send(packet.build{ eth = {}, ipv4 = { src = "10.0.0.1", dst = "10.0.0.2" }, udp = { src = 1, dst = 2 } })
--- ```
---@param frames string|string[] the bytes of one, or a list
---@return net.Link link
function Link:send(frames) end

--- Capture the frames of the device, from now on. The capture ends with the script, or with the device's namespace.
---
--- ```lua
--- local cap = link:capture{ direction = "both" }
--- ```
---@param opts? net.CaptureOptions
---@return net.Capture capture
function Link:capture(opts) end

--- Frames that a device receives or sends, made by link:capture. They are what was on the wire, VLAN tags included.
---@class net.Capture
---@field stats net.CaptureStats what it has counted
local Capture = {}

--- The next frame. Waits for one, while timers and miss handlers go on.
---
--- ```lua
--- local cap = ns:link("eth0"):capture()
--- print(packet.dissect(assert(cap:next(2), "no frame")))
--- ```
---@param seconds? number the longest time to wait; 10 if not given, 0 to take only one that is there
---@return string? frame its bytes, or nil if none came in time or the capture was stopped
---@return net.FrameInfo? info
function Capture:next(seconds) end

--- The frames that have come so far, in their order. It does not wait.
---@return string[] frames
function Capture:take() end

--- Stop capturing. Frames that have come can still be read. Stopping again does nothing.
function Capture:stop() end

--- Network namespaces, devices and commands: the surroundings that a datapath needs for tests and examples.
---@class module.net
net = {}

--- A new network namespace with its loopback device up. It ends with the script. With a name, it is also one for `ip netns exec`.
---
--- ```lua
--- local ns = net.namespace()
--- net.veth{ a = "p1", b = "eth0", peer_ns = ns }
--- ns:addr("eth0", "10.0.0.1/24")
--- ```
---@param name? string
---@return net.Namespace ns
function net.namespace(name) end

--- The network namespace that `ip netns` lists under that name, or nil.
---@param name string
---@return net.Namespace? ns
function net.open_namespace(name) end

--- A pair of network devices, each of which receives what the other sends. Both are set up.
---
--- ```lua
--- local p1, eth0 = net.veth{ a = "p1", b = "eth0", peer_ns = ns }
--- ```
---@param spec net.VethSpec
---@return net.Link a
---@return net.Link b
function net.veth(spec) end

--- The network device of that name in the program's namespace, or nil.
---@param name string
---@return net.Link? link
function net.link(name) end

--- Run a command and wait for it, while timers and miss handlers go on. A command that cannot be started raises; one that fails does not. A table as the last argument holds options.
---
--- ```lua
--- local r = net.exec("ping", "-c", "1", "10.0.0.2")
--- print(r.status, r.stdout)
--- ```
---@param command string
---@param ... string|number|net.ExecOptions its arguments, then perhaps options
---@return net.ExecResult result
function net.exec(command, ...) end

--- Run a shell command and wait for it, while timers and miss handlers go on.
---
--- ```lua
--- assert(net.run("ping -c 1 -W 2 10.0.0.2"))
--- ```
---@param command string for sh -c
---@param opts? net.ExecOptions
---@return boolean ok whether its exit status was 0
---@return string output what it wrote to standard output and error
function net.run(command, opts) end

return net
