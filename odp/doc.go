// Package odp talks to the Open vSwitch datapath of the Linux kernel over
// generic netlink: it creates datapaths and ports, installs flows, receives the
// packets that match none, and sends packets through actions. It needs no
// ovs-vswitchd and no library in C.
//
//	c, err := odp.Dial(nil)
//	...
//	dp, err := c.CreateDatapath(odp.DatapathSpec{Name: "dp0"})
//	port, err := dp.CreateVport(odp.VportSpec{Name: "eth0"})
//	up, err := dp.Upcalls(odp.UpcallConfig{})
//	err = up.Run(ctx, func(u *odp.Upcall) { ... })
//
// # Values
//
// Keys, masks and actions are kept in the kernel's own encoding ([Attrs]), and
// read and written by name through one table of rows, as Open vSwitch text or
// field by field. Attributes that the table does not know are kept and printed.
// Numbers that the package gives and takes, ports and counters among them, are
// in host order; only the bytes inside Attrs are in that of the kernel's
// structures.
//
// # Requests
//
// A request takes no context: the kernel answers it within the call that sends
// it. Receiving ([Upcalls.Run], [Events.Receive]) takes one and ends with it.
// [Batch] makes many requests in one send.
//
// # Errors
//
// What the kernel refuses is an [OpError], which says what was tried on what,
// why as far as that is known, and has the kernel's error number and message.
// Compare with the sentinels, such as [ErrNotExist], by errors.Is. Bad input
// is an [ArgError] and is not sent.
//
// # Features
//
// What not every kernel has is a [Feature], one row of [FeatureRows] with the
// version that brought it. [Conn.Has] and [Conn.Features] probe what the running
// kernel has, and remember it. An OpError names in Missing what a refused request
// asked for and the kernel lacks; it is probed only then.
//
// # Concurrency
//
// [Conn], [Datapath] and [Vport] are safe for concurrent use. The package starts
// goroutines only in [Upcalls.Run], which ends them before it returns. It
// prints nothing and has no state that packages share.
package odp
