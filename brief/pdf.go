package brief

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// browsers are the names under which Chromium and its kin are installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// ErrNoBrowser reports that no Chromium was found for a PDF.
var ErrNoBrowser = errors.New("no Chromium found for the PDF: install chromium or google-chrome, or name its program in CHROME; the HTML form prints well from any browser")

// findBrowser returns the program named by the environment variable CHROME, or
// the first browser on the PATH.
func findBrowser() (string, error) {
	if name := os.Getenv("CHROME"); name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("CHROME names %q, which cannot be run: %w", name, err)
		}
		return path, nil
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

// PDF prints a page made by Brief.HTML through Chromium, with every folded table
// opened. The error is ErrNoBrowser where there is none. Nothing is written when
// it fails before the end.
func PDF(ctx context.Context, page []byte, w io.Writer) error {
	browser, err := findBrowser()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "entente-pdf-")
	if err != nil {
		return fmt.Errorf("PDF: %w", err)
	}
	defer os.RemoveAll(dir)
	html, pdf := filepath.Join(dir, "brief.html"), filepath.Join(dir, "brief.pdf")
	if err := os.WriteFile(html, bytes.ReplaceAll(page, []byte("<details "), []byte("<details open ")), 0o600); err != nil {
		return fmt.Errorf("PDF: %w", err)
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(html)}
	args := []string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + pdf, address.String()}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // Chromium refuses its sandbox to root
	}
	var complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, browser, args...)
	cmd.Stderr = &complaints
	runErr := cmd.Run()
	data, err := os.ReadFile(pdf)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("PDF: %w", ctx.Err())
	case runErr != nil || err != nil || !bytes.HasPrefix(data, []byte("%PDF-")):
		return fmt.Errorf("PDF: %s printed nothing: %w; its last words: %s", browser, errors.Join(runErr, err), lastLine(complaints.String()))
	}
	_, err = w.Write(data)
	return err
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
