package odp

import "iter"

// streamBytes is how much of a stream of flows is encoded before it is sent.
const streamBytes = 64 << 10

// PutFlows does what [Datapath.PutFlow] does with each flow of a sequence, in
// order, and returns how many were put. It sends many at a time and keeps no
// more than it sends, so that the sequence may be of any length; a flow's bytes
// are copied when it is taken. What was taken is sent also if the sequence
// panics.
//
// An error in the sequence stands for a flow that could not be read. failed is
// told of it, and of each flow that the kernel refuses, by its place in the
// sequence from 0, and returns whether to go on; flows after it that were sent
// with it are put all the same. A nil failed goes on and forgets: the count
// tells.
func (d *Datapath) PutFlows(flows iter.Seq2[*Flow, error], mode PutMode, failed func(n int, err error) bool) (put int) {
	return d.stream(flows, failed, func(b *Batch, f *Flow) { b.PutFlow(d, f, mode) })
}

// DeleteFlows removes each flow of a sequence, by its UFID if it has one and else
// by the key that it was installed with, and returns how many were removed. It
// does so as [Datapath.PutFlows] puts flows.
func (d *Datapath) DeleteFlows(flows iter.Seq2[*Flow, error], failed func(n int, err error) bool) (deleted int) {
	return d.stream(flows, failed, func(b *Batch, f *Flow) {
		if f.HasUFID {
			b.DeleteFlowByUFID(d, f.UFID)
		} else {
			b.DeleteFlow(d, f.Match)
		}
	})
}

func (d *Datapath) stream(flows iter.Seq2[*Flow, error], failed func(n int, err error) bool, add func(*Batch, *Flow)) (done int) {
	b := d.c.NewBatch()
	var places []int // in the sequence, of what is in the batch
	goOn := true
	fail := func(n int, err error) {
		if failed != nil && !failed(n, err) {
			goOn = false
		}
	}
	send := func() {
		sent := places
		places = places[:0]
		for i, err := range b.Send() {
			if err == nil {
				done++
			} else {
				fail(sent[i], err)
			}
		}
	}
	defer send() // what is left, also after a panic or a stop
	n := 0
	for f, err := range flows {
		if err != nil {
			fail(n, err)
		} else {
			add(b, f)
			places = append(places, n)
		}
		n++
		if len(b.rs.buf) >= streamBytes {
			send()
		}
		if !goOn {
			break
		}
	}
	return done
}
