package luabind

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// logOutput is what was logged, without the times.
func logOutput(text string) string {
	text = regexp.MustCompile(`time=\S+ `).ReplaceAllString(text, "")
	return regexp.MustCompile(`"time":"[^"]*",`).ReplaceAllString(text, "")
}

func TestLog(t *testing.T) {
	tests := []struct{ name, log, code, want string }{
		{"text", "", `log.info("port added", {port = 2, dp = "dp 0", up = true, x = 0.1})`,
			"level=INFO msg=\"port added\" dp=\"dp 0\" port=2 up=true x=0.1\n"},
		{"levels", "", `log.debug("d") log.info("i") log.warn("w") log.error("e")`, "level=INFO msg=i\nlevel=WARN msg=w\nlevel=ERROR msg=e\n"},
		{"from the environment", "debug", `log.debug("d") print(log.level())`, "level=DEBUG msg=d\n"},
		{"off", "off", `log.error("e")`, ""},
		{"set", "error", `log.warn("w") assert(log.level("warn") == "warn") log.warn("w2")`, "level=WARN msg=w2\n"},
		{"wrong level", "loud", `log.info("i")`,
			"odp: ODP_LOG: a level (debug, info, warn, error, off) or a format (text, json) expected, got \"loud\"; that is passed over\nlevel=INFO msg=i\n"},
		{"json", "json", `log.warn("w", {n = 1, t = {1, {a = "<"}}, f = print, big = odp.u64("18446744073709551615"), bad = 0/0, bytes = "\255"})`,
			`{"level":"WARN","msg":"w","bad":"NaN","big":18446744073709551615,"bytes":"ff","f":"<function>","n":1,"t":[1,{"a":"<"}]}` + "\n"},
		{"both", "debug, JSON", `log.debug("d") log.format("text") log.info("i")`, "{\"level\":\"DEBUG\",\"msg\":\"d\"}\nlevel=INFO msg=i\n"},
		{"tables and objects", "", `log.info("i", {t = {1, b = "x"}, a = odp.actions("1,2"), k = odp.key("in_port(1)"), m = odp.mac("02:00:00:00:00:01")})`,
			`level=INFO msg=i a=1,2 k=in_port(1) m=02:00:00:00:00:01 t="{1, b = \"x\"}"` + "\n"},
		{"objects in json", "json", `log.info("i", {k = odp.key("in_port(1)")})`, `{"level":"INFO","msg":"i","k":{"in_port":1}}` + "\n"},
		{"cycle", "json", `local t = {} t.t = t log.info("i", {t = t})`, `{"level":"INFO","msg":"i","t":"{t = <cycle to the top>}"}` + "\n"},
		{"empty fields", "", `log.info("i", {})`, "level=INFO msg=i\n"},
		{"lines stay lines", "", `log.info("a\nb", {c = "d\ne"})`, "level=INFO msg=\"a\\nb\" c=\"d\\ne\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := newTestRuntime(t, func(c *Config) { c.Log = tt.log })
			rt.run(t, tt.code)
			got := logOutput(rt.err.String())
			if got = strings.ReplaceAll(got, `"nan"`, `"NaN"`); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			for line := range strings.Lines(rt.err.String()) {
				if strings.HasPrefix(line, "{") && !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %s", line)
				}
			}
		})
	}
}

func TestLogErrors(t *testing.T) {
	rt := newTestRuntime(t)
	for expr, want := range map[string]string{
		`log.info()`:                  "bad argument #1 (text) to log.info: string expected, got nil",
		`log.info("x", 1)`:            "bad argument #2 (fields) to log.info: table expected, got number 1",
		`log.debug("x", 1)`:           "table expected",
		`log.info("x", {1})`:          "a table of named fields expected, got one with the index number 1",
		`log.info("x", {msg = 1})`:    "field 'msg': every message has one of that name by itself",
		`log.level("loud")`:           `bad argument #1 (level) to log.level: debug, info, warn, error, off expected, got "loud"`,
		`log.format("xml")`:           `text, json expected, got "xml"`,
		`log.output("/absent/x.log")`: "log open /absent/x.log: no such file or directory",
		`log.output("")`:              `"stderr", "stdout" or the name of a file expected`,
		`log.every(0)`:                "0.001 seconds or more expected, got number 0",
		`log.every(5).info("x")`:      "info must be called on an log.Limit with a colon",
		`log.wran("x")`:               "module log has no 'wran'; did you mean warn?",
		`log.info("x", {}, 1)`:        "log.info takes 2 arguments, got 3",
	} {
		if _, err := rt.Eval(context.Background(), expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}

func TestLogOutput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "odp.log")
	rt := newTestRuntime(t)
	rt.setGlobal(t, "file", file)
	rt.run(t, `
		assert(log.output() == "stderr")
		log.output("stdout")
		log.info("to stdout")
		assert(log.output(file) == file)
		log.info("one")
		assert(os.rename(file, file .. ".old"))
		log.info("two")
		log.output(file)
		log.info("three")
		assert(log.lost() == 0)
	`)
	rt.Close()
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return logOutput(string(text))
	}
	if got := logOutput(rt.out.String()); got != "level=INFO msg=\"to stdout\"\n" {
		t.Errorf("stdout %q", got)
	}
	if got := read(file + ".old"); got != "level=INFO msg=one\nlevel=INFO msg=two\n" {
		t.Errorf("old file %q", got)
	}
	if got := read(file); got != "level=INFO msg=three\n" {
		t.Errorf("file %q", got)
	}
	if rt.err.String() != "" {
		t.Errorf("reported %q", rt.err)
	}
}

func TestLogCannotWrite(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Fatal(err)
	}
	rt := newTestRuntime(t)
	rt.run(t, `
		log.output("/dev/full")
		for i = 1, 3 do log.info("x") end
		assert(log.lost() == 3)
	`)
	rt.Close()
	want := "odp: log: cannot write to /dev/full: no space left on device\nodp: log: 3 messages could not be written\n"
	if got := rt.err.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLogEvery(t *testing.T) {
	t.Run("until the end", func(t *testing.T) {
		rt := newTestRuntime(t)
		rt.run(t, `
			local slow = log.every(1000)
			for i = 1, 10 do
				slow:warn("full", {i = i})
				slow:error("full", {i = i})
			end
			slow:info("other")
			slow:debug("not written")
			assert(slow.suppressed == 18)
		`)
		want := "level=WARN msg=full i=1\nlevel=ERROR msg=full i=1\nlevel=INFO msg=other\n"
		if got := logOutput(rt.err.String()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		rt.Close()
		rest := strings.TrimPrefix(logOutput(rt.err.String()), want)
		if !strings.Contains(rest, "level=WARN msg=full suppressed=9\n") || !strings.Contains(rest, "level=ERROR msg=full suppressed=9\n") ||
			strings.Count(rest, "\n") != 2 {
			t.Errorf("at the end %q", rest)
		}
	})
	t.Run("with the next message", func(t *testing.T) {
		rt := newTestRuntime(t)
		rt.run(t, `
			local slow = log.every(0.05)
			slow:info("x")
			slow:info("x")
			local t = os.clock() + 0.1
			while os.clock() < t do end
			slow:info("x", {i = 3})
		`)
		if got, want := logOutput(rt.err.String()), "level=INFO msg=x\nlevel=INFO msg=x i=3 suppressed=1\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("when the time is over", func(t *testing.T) {
		rt := newTestRuntime(t)
		rt.run(t, `
			local slow = log.every(0.01)
			slow:info("x")
			slow:info("x")
			assert(odp.run() == "idle") -- it does not keep the loop going
			odp.sleep(0.1)
			print("slept")
		`)
		if got, want := logOutput(rt.err.String()), "level=INFO msg=x\nlevel=INFO msg=x suppressed=1\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("many different", func(t *testing.T) {
		rt := newTestRuntime(t)
		rt.run(t, `
			local slow = log.every(1000)
			for i = 1, 1000 do slow:info("message " .. i) end
			assert(slow.suppressed == 1000 - 256 - 1, slow.suppressed)
		`)
		rt.Close()
		if !strings.HasSuffix(rt.err.String(), "level=INFO msg=\"various messages\" suppressed=743\n") {
			t.Errorf("got %q", rt.err.String()[len(rt.err.String())-200:])
		}
	})
}
