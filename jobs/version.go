package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// Version tells programs apart that may give different results: the revision from which
// this executable was built, or its checksum where that is not known or the files had been
// changed, and the processor, as the last bits of a sum differ between processors.
var Version = sync.OnceValue(func() string {
	revision, changed := "", false
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value
			case "vcs.modified":
				changed = s.Value == "true"
			}
		}
		if v := info.Main.Version; revision == "" && strings.HasPrefix(v, "v") {
			revision = v
		}
	}
	if revision == "" || changed {
		revision = executable()
	}
	return revision[:min(len(revision), 20)] + " " + runtime.GOARCH
})

// executable is the checksum of the file that runs; "unknown" if it cannot be read.
func executable() string {
	file, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	f, err := os.Open(file)
	if err != nil {
		return "unknown"
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "unknown"
	}
	return hex.EncodeToString(h.Sum(nil))
}
