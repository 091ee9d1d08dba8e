package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/go-odp/odp/odp"
)

// runPeer is this program as one that odp is compared with.
func runPeer(args []string) error {
	if len(args) < 2 {
		return errors.New("peer: too few arguments")
	}
	switch args[0] {
	case "dump", "put":
		return barePeer(args[0], args[1:])
	case "miss":
		return missPeer(args[1], len(args) > 2)
	}
	return fmt.Errorf("peer: unknown %q", args[0])
}

// barePeer does with flows what no program can do faster in Go: it is given the
// index of the datapath and how many there are.
func barePeer(what string, args []string) error {
	index, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	nl, err := openRaw()
	if err != nil {
		return err
	}
	if what == "dump" {
		got, err := nl.dump(index)
		if err == nil && got != n {
			err = fmt.Errorf("%d flows came, want %d", got, n)
		}
		return err
	}
	conn, err := odp.Dial(nil)
	if err != nil {
		return err
	}
	dp, err := conn.DatapathByIndex(index)
	if err != nil {
		return err
	}
	g := &guest{conn: conn, nl: nl}
	return g.bare(dp, flowCmdNew, 0, n)
}

// missPeer handles misses as the Lua handlers do, in Go alone: for each packet a
// flow that takes exactly such packets, if install is set, and the packet sent on.
// What has come is sent to the kernel together, as there.
func missPeer(name string, install bool) error {
	conn, err := odp.Dial(nil)
	if err != nil {
		return err
	}
	dp, err := conn.Datapath(name)
	if err != nil {
		return err
	}
	up, err := dp.Upcalls(odp.UpcallConfig{ReadBuffer: missBuffer})
	if err != nil {
		return err
	}
	const together = 64
	queue := make(chan *odp.Upcall, missQueue)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var received, dropped atomic.Uint64
	ended := make(chan error, 1)
	go func() {
		defer close(queue)
		ended <- up.Run(ctx, func(u *odp.Upcall) {
			received.Add(1)
			select {
			case queue <- u.Clone():
			default:
				dropped.Add(1)
			}
		})
	}()
	out := odp.Output(2)
	batch := dp.Conn().NewBatch()
	handled := 0
	fmt.Println("ready")
	for u := range queue {
		for n := 1; ; n++ {
			handled++
			if install {
				batch.PutFlow(dp, &odp.Flow{Match: odp.Match{Key: u.Key}, Actions: out}, odp.PutCreate)
			}
			batch.Execute(dp, u.Packet(out))
			if n == together || len(queue) == 0 {
				break
			}
			u = <-queue
		}
		for _, err := range batch.Send() {
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Println("received", received.Load(), "handled", handled, "dropped", dropped.Load())
	return up.Close()
}
