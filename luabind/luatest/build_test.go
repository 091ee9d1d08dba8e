package luatest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// resultText is a result in a line: its status and its cases.
func resultText(r *Result) string {
	text := string(r.Status)
	if r.Reason != "" {
		text += "(" + r.Reason + ")"
	}
	for _, c := range r.Cases {
		text += "; " + c.Name + " " + string(c.Status)
		if c.Message != "" {
			text += "(" + strings.ReplaceAll(c.Message, "\n", "|") + ")"
		}
	}
	return text
}

func TestResultOfRecords(t *testing.T) {
	const ok = `{"type":"exit"}`
	tests := []struct {
		name    string
		records string // one a line
		noSkip  bool
		want    string
	}{
		{"plain", ok, false, "pass; a_test.lua pass"},
		{"plain that fails", `{"type":"script","message":"a:1: broken"}
			{"type":"exit","code":1,"message":"exit status 1"}`, false, "fail; a_test.lua fail(a:1: broken)"},
		{"plain with a status", `{"type":"exit","code":3,"message":"exit status 3"}`, false, "fail; a_test.lua fail(exit status 3)"},
		{"plain that is skipped", `{"type":"skip","message":"no ping"}
			` + ok, false, "skip; a_test.lua skip(no ping)"},
		{"plain that is skipped under --no-skip", `{"type":"skip","message":"no ping"}
			` + ok, true, "fail; a_test.lua fail(skipped, in spite of --no-skip: no ping)"},
		{"cases", `{"type":"start","name":"x"}
			{"type":"end","name":"x","status":"pass"}
			{"type":"start","name":"y"}
			{"type":"end","name":"y","status":"skip","message":"why"}
			` + ok, false, "pass; x pass; y skip(why)"},
		{"all cases skipped", `{"type":"end","name":"y","status":"skip","message":"why"}
			{"type":"start","name":"y"}
			{"type":"end","name":"y","status":"skip","message":"why"}
			` + ok, false, "skip; y skip(why); y skip(why)"},
		{"a case that fails is why the script does", `{"type":"start","name":"x"}
			{"type":"end","name":"x","status":"fail","message":"m","verdict":"1 of 1 cases failed"}
			{"type":"script","message":"1 of 1 cases failed"}
			{"type":"exit","code":1,"message":"exit status 1"}`, false, "fail; x fail(m)"},
		{"the script fails behind a case", `{"type":"start","name":"x"}
			{"type":"end","name":"x","status":"fail","message":"m","verdict":"1 of 1 cases failed"}
			{"type":"script","message":"a:9: broken"}
			{"type":"exit","code":1,"message":"exit status 1"}`, false, "fail; x fail(m); a_test.lua fail(a:9: broken)"},
		{"ends within a case", `{"type":"start","name":"x"}
			` + ok, false, "fail; x fail(the script ended within the case)"},
		{"killed within a case", `{"type":"start","name":"x"}
			{"type":"exit","code":-1,"message":"killed by SIGKILL"}`, false, "fail; x fail(killed by SIGKILL)"},
		{"time is over", `{"type":"start","name":"x"}
			{"type":"end","name":"x","status":"pass"}
			{"type":"start","name":"y"}
			{"type":"script","message":"stopped by SIGQUIT"}
			{"type":"timeout","message":"not done after 2m0s, killed"}`, false,
			"fail; x pass; y fail(not done after 2m0s, killed|stopped by SIGQUIT)"},
		{"left behind", `{"type":"start","name":"x"}
			{"type":"end","name":"x","status":"pass"}
			` + ok + `
			{"type":"left","message":"datapath dp0"}
			{"type":"left","message":"namespace n"}`, false, "fail; x pass; a_test.lua fail(left behind: datapath dp0|left behind: namespace n)"},
		{"no case that was asked for", `{"type":"unselected","name":"x"}
			` + ok, false, "not run(it has no case that --run selects)"},
		{"fails outside of cases that were not asked for", `{"type":"unselected","name":"x"}
			{"type":"script","message":"m"}
			{"type":"exit","code":1}`, false, "fail; a_test.lua fail(m)"},
		{"trouble", `{"type":"trouble","message":"set up namespaces: x"}`, false, "fail; a_test.lua fail(set up namespaces: x)"},
		{"nothing", "", false, "fail; a_test.lua fail(the test ended without a word of its script)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "results")
			text := strings.ReplaceAll(tt.records, "\t", "")
			if text != "" {
				text += "\n"
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			b := resultBuilder{file: File{Path: "dir/a_test.lua"}}
			if err := readRecords(path, b.add); err != nil {
				t.Fatal(err)
			}
			r := b.result(1.5)
			r.settle(tt.noSkip)
			if got := resultText(r); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if r.File != "dir/a_test.lua" || r.Seconds != 1.5 {
				t.Errorf("file %s, %v s", r.File, r.Seconds)
			}
		})
	}
}

func TestRecordsThatAreNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results")
	if err := os.WriteFile(path, []byte("{\"type\":\"exit\"}\nwhat?\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := readRecords(path, func(record) { n++ })
	if err == nil || !strings.Contains(err.Error(), "what?") || n != 1 {
		t.Errorf("%d records, error %v", n, err)
	}
}

func TestChild(t *testing.T) {
	if c, err := Attach(); c != nil || err != nil {
		t.Fatalf("outside of a test: %v, %v", c, err)
	}
	var none *Child
	if none.Ended("m") {
		t.Error("nobody was told")
	}
	path := filepath.Join(t.TempDir(), "results")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(envResults, path)
	t.Setenv(envCases, "a*")
	c, err := Attach()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{envResults, envCases} {
		if v, ok := os.LookupEnv(name); ok {
			t.Errorf("%s is %q, which other programs would see", name, v)
		}
	}
	if !c.Selected("abc") || c.Selected("b") {
		t.Error("the pattern is not used")
	}
	if err := c.Record([]byte(`{"type":"end","name":"abc","status":"pass"}`)); err != nil {
		t.Fatal(err)
	}
	if !c.Ended("two\nlines") {
		t.Error("the runner was not told of the end")
	}
	var got []record
	if err := readRecords(path, func(r record) { got = append(got, r) }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Name != "abc" || got[1].Message != "two\nlines" {
		t.Errorf("got %+v", got)
	}

	t.Setenv(envResults, filepath.Join(t.TempDir(), "absent"))
	if _, err := Attach(); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestCappedOutput(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   string
	}{
		{"little", []string{"abc", "def"}, "abcdef"},
		{"exactly", []string{"abcdefghij"}, "abcdefghij"},
		{"too much at once", []string{"abcdefghijklm"}, "abcde\n[... 3 bytes left out ...]\nijklm"},
		{"byte by byte", strings.Split("abcdefghijklmnopq", ""), "abcde\n[... 7 bytes left out ...]\nmnopq"},
		{"across", []string{"abcd", "efghi", "jklmnopqrstuvwxyz", "0", "12"}, "abcde\n[... 19 bytes left out ...]\nyz012"},
	}
	for _, tt := range tests {
		o := &cappedOutput{limit: 10}
		for _, w := range tt.writes {
			if n, err := o.Write([]byte(w)); n != len(w) || err != nil {
				t.Errorf("%s: wrote %d, %v", tt.name, n, err)
			}
		}
		if got := o.String(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
