package luabind

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/go-odp/odp/scripts"
)

const referenceFile = "../scripts/REFERENCE.md"

func reference(t *testing.T) string {
	t.Helper()
	page, err := Reference(scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestReference(t *testing.T) {
	got := reference(t)
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is out of date: run go generate ./luabind", referenceFile)
	}
}

// TestReferenceLinks checks that every link of the page leads somewhere and that
// no anchor stands twice.
func TestReferenceLinks(t *testing.T) {
	page := reference(t)
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`<a id="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		if anchors[m[1]] {
			t.Errorf("anchor %s stands twice", m[1])
		}
		anchors[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(page, -1) {
		anchors[chapterAnchor(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !anchors[m[1]] {
			t.Errorf("a link leads to #%s, which is not there", m[1])
		}
	}
}

// TestReferenceIsWhole checks that everything that help tells about has its
// place on the page.
func TestReferenceIsWhole(t *testing.T) {
	page := reference(t)
	d, err := newDocs(buildRegistry(""), scripts.Modules())
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range d.topics {
		if !strings.Contains(page, `<a id="`+topic.anchor+`">`) && topic.feature == nil {
			t.Errorf("%s is not on the page, as nothing there mentions it", topic.name)
		}
	}
}
