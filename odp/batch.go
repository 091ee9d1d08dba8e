package odp

import "fmt"

// Batch collects requests and makes them in their order with as few system
// calls as possible. Each succeeds or fails by itself. It is not safe for
// concurrent use; different batches of one connection are.
type Batch struct {
	c  *Conn
	rs requests
}

// NewBatch returns an empty batch.
func (c *Conn) NewBatch() *Batch {
	return &Batch{c: c, rs: requests{fam: &c.fam}}
}

// PutFlow adds what [Datapath.PutFlow] does. Like the other methods it copies
// what it is given, and leaves bad input to be reported by Send.
func (b *Batch) PutFlow(d *Datapath, f *Flow, mode PutMode) {
	b.rs.putFlow(d, f, mode)
	b.checkConn(d)
}

// DeleteFlow adds the removal of the flow that was installed with m's key.
func (b *Batch) DeleteFlow(d *Datapath, m Match) {
	b.rs.deleteFlow(d, flowID{key: m.Key, hasKey: true}, false)
	b.checkConn(d)
}

// DeleteFlowByUFID adds the removal of the flow with that identifier.
func (b *Batch) DeleteFlowByUFID(d *Datapath, u UFID) {
	b.rs.deleteFlow(d, flowID{ufid: u, hasUFID: true}, false)
	b.checkConn(d)
}

// Execute adds what [Datapath.Execute] does.
func (b *Batch) Execute(d *Datapath, p *Packet) {
	b.rs.execute(d, p)
	b.checkConn(d)
}

// checkConn refuses the last request if its datapath is one of another
// connection, and with it perhaps of another network namespace.
func (b *Batch) checkConn(d *Datapath) {
	if d.c != b.c {
		b.rs.refuse("datapath", "%v belongs to another connection than the batch", d)
		b.rs.end()
	}
}

// Len returns the number of requests in the batch.
func (b *Batch) Len() int { return len(b.rs.all) }

// Send makes the requests and empties the batch. It returns one error for each
// request in the order in which they were added, nil where it succeeded.
func (b *Batch) Send() []error {
	defer b.rs.reset()
	b.c.mu.Lock()
	if b.c.closed {
		b.c.mu.Unlock()
		failRest(b.rs.all, fmt.Errorf("batch: %w", ErrClosed))
	} else {
		b.c.transact(&b.rs, nil)
		b.c.mu.Unlock()
	}
	errs := make([]error, len(b.rs.all))
	for i := range errs {
		r := &b.rs.all[i]
		errs[i] = r.failure(b.c, b.rs.buf[r.start:r.end])
	}
	return errs
}
