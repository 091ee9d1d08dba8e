---@meta
-- Module pcap, for editors. Generated from the program by go generate ./luabind: do not edit.

--- A packet of a capture file.
---@class pcap.Packet
---@field data string its bytes, or the first of them
---@field len? integer the length of the whole packet
---@field number? integer its place in the file, from 1 on
---@field link_type? "ethernet"|"raw"|"null"|"ieee802_11"|"linux_sll"|"linux_sll2"|"ipv4"|"ipv6"|integer what the packets begin with: "ethernet" if not given; "raw" is IP
---@field time? number when it was captured, in seconds since 1970, to about 0.2 microseconds
---@field ns? odp.U64|integer the same in nanoseconds, exactly
---@field comment? string|odp.Key|odp.Match|odp.Flow|false text about it; what a misses' file has is its key, which odp.key reads
---@field comments? string[] all of them, if there are several
---@field interface? string|odp.Vport the name of the one that it was captured on
---@field direction? "in"|"out" which way it went there

--- What writer:write says about a packet, in place of what the packet does.
---@class pcap.WriteOptions
---@field time? number when it was captured, in seconds since 1970, to about 0.2 microseconds
---@field ns? odp.U64|integer the same in nanoseconds, exactly
---@field comment? string|odp.Key|odp.Match|odp.Flow|false text about it; what a misses' file has is its key, which odp.key reads
---@field comments? string[] all of them, if there are several
---@field interface? string|odp.Vport the name of the one that it was captured on
---@field direction? "in"|"out" which way it went there

--- How pcap.create makes a file.
---@class pcap.CreateOptions
---@field format? "pcapng"|"pcap" "pcapng" if not given; a pcap file has neither comments nor interfaces nor directions
---@field snaplen? integer how many bytes of each packet are kept; all if not given
---@field interfaces? (string|pcap.Interface)[] what the file begins with; others are added when a packet names them. The first one is that of packets that name none
---@field link_type? "ethernet"|"raw"|"null"|"ieee802_11"|"linux_sll"|"linux_sll2"|"ipv4"|"ipv6"|integer what the packets begin with: "ethernet" if not given; "raw" is IP

--- An interface of a pcapng file.
---@class pcap.Interface
---@field name? string its name, such as eth0
---@field description? string what it is, for people
---@field comment? string a note about it
---@field filter? string which packets were captured (read only)
---@field link_type? "ethernet"|"raw"|"null"|"ieee802_11"|"linux_sll"|"linux_sll2"|"ipv4"|"ipv6"|integer what the packets begin with: "ethernet" if not given; "raw" is IP
---@field snaplen? integer how many bytes of each packet were kept; 0 is all (read only)
---@field received? integer how many packets it received, if the file says so (read only)
---@field dropped? integer how many of those were not captured, if the file says so (read only)

--- A capture file that is read, made by pcap.open. A for loop calls it for one packet after the other. A file that is damaged or cut off raises an error that names the byte; the packets before have been read.
---@class pcap.Reader
---@field path string the file's name
---@field format "pcap"|"pcapng" the file's format
---@field count integer how many packets have been read
---@field interfaces pcap.Interface[] the interfaces that the file has told of so far; a pcap file has one, of which only the link type is known
---@overload fun(): pcap.Packet?
local Reader = {}

--- The next packet, or nil at the end of the file.
---
--- ```lua
--- local p = file:next()
--- if p then print(p.time, packet.dissect(p.data)) end
--- ```
---@return pcap.Packet? packet
function Reader:next() end

--- Close the file. One that was read to its end has been closed. Closing again does nothing.
---
--- ```lua
--- local file = pcap.open("in.pcapng")
--- local first = file:next()
--- file:close()
--- ```
function Reader:close() end

--- A capture file that is written, made by pcap.create. Each packet is in the file when write returns. Where that fails, as on a full disk, it raises, the file keeps the packets before, and nothing more can be written.
---@class pcap.Writer
---@field path string the file's name
---@field format "pcap"|"pcapng" the file's format
---@field count integer how many packets have been written
local Writer = {}

--- Write a packet. One that a datapath sent up has its key as the comment (odp.key reads it) and its port as the interface, with the datapath's namespace before it, if that is not the program's: blue/p1. One that was read keeps what is known about it.
---
--- ```lua
--- out:write(frame, {
---   comment = "sent by us", interface = "eth0", direction = "out",
--- })
--- ```
---@param packet string|odp.Packet|odp.Sample|pcap.Packet or the bytes of a frame, which was captured now
---@param options? pcap.WriteOptions
---@return pcap.Writer writer
function Writer:write(packet, options) end

--- End the file. Closing again does nothing.
---
--- ```lua
--- out:close()
--- ```
function Writer:close() end

--- Capture files, as tcpdump and Wireshark read and write them: pcapng, which has comments and interfaces, and pcap.
---@class module.pcap
pcap = {}

--- Opens a capture file to read it, of either format.
---
--- Refused by odp --safe where it opens a file.
---
--- ```lua
--- for p in pcap.open("misses.pcapng") do
---   print(p.interface, packet.dissect(p.data))
---   if p.comment then print(odp.key(p.comment)) end
--- end
--- ```
---@param path odp.FileName "-" is standard input
---@return pcap.Reader reader
function pcap.open(path) end

--- Makes a capture file; one that is there is overwritten. It is closed when the script ends, at the latest, and at any time has all packets that were written.
---
--- Refused by odp --safe where it opens a file.
---
--- ```lua
--- local out = pcap.create("misses.pcapng")
--- dp:on_miss(function(pkt) out:write(pkt) end)
--- odp.run()
--- ```
---@param path odp.FileName "-" is standard output: odp x.lua | tcpdump -r -
---@param options? pcap.CreateOptions
---@return pcap.Writer writer
function pcap.create(path, options) end

return pcap
