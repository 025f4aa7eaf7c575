package ledger

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata/bad")

// archive is a text file with sections, each "-- NAME FLAG... --" and its lines.
type section struct {
	name  string
	flags map[string]bool
	text  string
}

func readArchive(t *testing.T, path string) (sections []section, head string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.SplitAfter(string(data), "\n") {
		if name, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(name, " --\n") {
			fields := strings.Fields(strings.TrimSuffix(name, " --\n"))
			s := section{name: fields[0], flags: map[string]bool{}}
			for _, f := range fields[1:] {
				s.flags[f] = true
			}
			sections = append(sections, s)
			continue
		}
		if len(sections) > 0 {
			sections[len(sections)-1].text += line
		} else {
			head += line
		}
	}
	return sections, head
}

// folderOf overlays the sections on the sound small case: a section replaces a
// file, adds to it (append), or removes it (absent); in an escaped one the
// escapes of Go strings hold.
func folderOf(t *testing.T, sections []section) fstest.MapFS {
	t.Helper()
	folder := readMap(t, "testdata/small")
	for _, s := range sections {
		text := s.text
		if s.flags["escaped"] {
			lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			for i, line := range lines {
				plain, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`)
				if err != nil {
					t.Fatalf("%s: %q: %v", s.name, line, err)
				}
				lines[i] = plain
			}
			text = strings.Join(lines, "\n") + "\n"
		}
		switch {
		case s.name == "want":
		case s.flags["absent"]:
			delete(folder, s.name)
		case s.flags["append"]:
			folder[s.name] = &fstest.MapFile{Data: append(bytes.Clone(folder[s.name].Data), text...)}
		default:
			folder[s.name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return folder
}

func readMap(t testing.TB, dir string) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		folder[e.Name()] = &fstest.MapFile{Data: data}
	}
	return folder
}

func TestMalformedFoldersGiveAllTheirProblemsAtOnce(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad folders", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			sections, head := readArchive(t, path)
			folder := folderOf(t, sections)
			want := sections[len(sections)-1].text
			_, err := Load(t.Context(), folder, Options{})
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load gives %v, not Problems", err)
			}
			got := problems.Error() + "\n"
			if *update {
				var b strings.Builder
				b.WriteString(head)
				for _, s := range sections {
					b.WriteString("-- " + s.name)
					for _, f := range []string{"append", "absent", "escaped"} {
						if s.flags[f] {
							b.WriteString(" " + f)
						}
					}
					b.WriteString(" --\n")
					if s.name == "want" {
						b.WriteString(got)
					} else {
						b.WriteString(s.text)
					}
				}
				if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			checkPlaces(t, folder, problems)

			// Nothing is written, neither file nor folder.
			dir := t.TempDir()
			if _, err := ImportFS(t.Context(), filepath.Join(dir, "x.entente"), folder, someone); !errors.As(err, &problems) {
				t.Errorf("Import gives %v, not Problems", err)
			}
			if err := ExportFS(t.Context(), folder, filepath.Join(dir, "out")); !errors.As(err, &problems) {
				t.Errorf("Export gives %v, not Problems", err)
			}
			if entries, _ := os.ReadDir(dir); len(entries) > 0 {
				t.Errorf("a refused case left %v behind", entries)
			}
		})
	}
}

// checkPlaces checks that every problem points into its file.
func checkPlaces(t *testing.T, folder fstest.MapFS, problems Problems) {
	t.Helper()
	for _, p := range problems {
		file, ok := folder[p.File]
		if p.Line == 0 {
			continue
		}
		if !ok {
			t.Errorf("%s: there is no such file", p)
			continue
		}
		lines := bytes.Split(file.Data, []byte("\n"))
		if p.Line > len(lines) || p.Column > len(lines[p.Line-1])+1 {
			t.Errorf("%s: there is no such place", p)
		}
	}
}

func TestLargeCell(t *testing.T) {
	for name, make := range map[string]func(long string) string{
		"plain": func(long string) string {
			return "big,2010," + long + ",AZE;TUR,,meeting,,,,,none,held,ACC,,,s1,,high,\n"
		},
		"quoted": func(long string) string {
			return "big,2010,\"" + long + "\",AZE;TUR,,meeting,,,,,none,held,ACC,,,s1,,high,\n"
		},
		"unclosed": func(long string) string {
			return "big,2010,\"" + long + ",AZE;TUR,,meeting,,,,,none,held,ACC,,,s1,,high,\n"
		},
	} {
		for _, size := range []int{maxCell + 1, 10 << 20} {
			t.Run(name+"/"+strconv.Itoa(size), func(t *testing.T) {
				folder := readMap(t, "testdata/small")
				folder["acts.csv"].Data = append(bytes.Clone(folder["acts.csv"].Data), make(strings.Repeat("x", size))...)
				folder["acts.csv"].Data = append(folder["acts.csv"].Data, "after,2010-13,Talks,AZE;TUR,,meeting,,,,,none,held,ACC,,,s1,,high,\n"...)
				_, err := Load(t.Context(), folder, Options{})
				var problems Problems
				if !errors.As(err, &problems) || len(problems) != 2 {
					t.Fatalf("got %.300v", err)
				}
				if p := problems[0]; p.Line != 7 || p.Column != 10 || len(p.Message) > 200 {
					t.Errorf("got %.300s", p)
				}
				if p := problems[1]; p.Line != 8 || p.Column != 7 {
					t.Errorf("got %.300s", p)
				}
			})
		}
	}
}

func TestVeryManyProblemsAreCounted(t *testing.T) {
	folder := readMap(t, "testdata/small")
	var b strings.Builder
	for i := range maxProblems + 500 {
		b.WriteString("a" + strconv.Itoa(i) + ",2010-13,Talks,AZE;TUR,,meeting,,,,,none,held,ACC,,,s1,,high,\n")
	}
	folder["acts.csv"].Data = append(bytes.Clone(folder["acts.csv"].Data), b.String()...)
	_, err := Load(t.Context(), folder, Options{})
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	if last := problems[len(problems)-1]; !strings.HasPrefix(last.Message, "500 more problems") {
		t.Errorf("the list ends with %q", last)
	}
	if !strings.Contains(err.Error(), "and 9501 more problems") {
		t.Errorf("the text ends with %q", err.Error()[len(err.Error())-100:])
	}
}

// Texts made to exhaust a parser are refused in moments and little memory.
func TestHostileYAML(t *testing.T) {
	for _, unit := range []string{"[", "{a: ", "- ", "? ", "!a ", "&a ", "#\n", "a:\n", "- - \n", "--- \n", "\""} {
		folder := readMap(t, "testdata/small")
		folder["case.yaml"].Data = []byte(strings.Repeat(unit, maxCase/len(unit)))
		_, err := Load(t.Context(), folder, Options{})
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%q: got %.300v", unit, err)
		}
	}
}
