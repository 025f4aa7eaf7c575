package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"entente"
)

// Marks that set the index's own words apart from those of the text.
const (
	actorMark    = "\uE001" // before the code of a participant
	replacedMark = "\uE002" // before the id of an act that this one replaces
)

// spellings are letters whose plain form (see entente.Fold) is one spelling and
// the given one another that English texts use: Şuşa is Susa and Shusha.
var spellings = []struct{ letters, plain string }{
	{"şŞșȘ", "sh"}, {"çÇ", "ch"}, {"əƏ", "a"}, {"ğĞ", "gh"},
}

// spelt returns the folded words of a text in all their spellings.
func spelt(text string) []string {
	if words, ok := asciiWords(text); ok {
		return words
	}
	words := entente.Words(text)
	var present []int
	for i, s := range spellings {
		if strings.ContainsAny(text, s.letters) {
			present = append(present, i)
		}
	}
	for subset := 1; subset < 1<<len(present); subset++ {
		other := text
		for bit, i := range present {
			if subset&(1<<bit) != 0 {
				for _, letter := range spellings[i].letters {
					other = strings.ReplaceAll(other, string(letter), spellings[i].plain)
				}
			}
		}
		for _, w := range entente.Words(other) {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	return words
}

// indexText returns the words of an act for the index, separated by spaces.
func indexText(act row) string {
	words := spelt(act.id + " " + act.cell("title") + " " + act.cell("summary") + " " + act.cell("note"))
	for _, code := range strings.Split(act.cell("participants"), ";") {
		words = append(words, actorMark+code)
	}
	if old := act.cell("supersedes"); old != "" {
		for _, id := range strings.Split(old, ";") {
			words = append(words, replacedMark+id)
		}
	}
	return strings.Join(words, " ")
}

// asciiWords is entente.Words for a text that is all ASCII, as most are; it keeps
// the building of the index from being the longest part of an import.
func asciiWords(text string) (words []string, ok bool) {
	low := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 0x80:
			return nil, false
		case 'A' <= c && c <= 'Z':
			low = append(low, c+'a'-'A')
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			low = append(low, c)
		case c == '\'' || c == '`': // dropped by entente.Fold
		default:
			low = append(low, ' ')
		}
	}
	return strings.Fields(string(low)), true
}

// Search returns the ids of the acts of a folder or ledger file that the words of
// the text fit, in the order of their dates (see Find). A ledger answers from its
// index, without reading its acts.
func Search(ctx context.Context, path, text string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		c, err := Load(ctx, os.DirFS(path), Options{})
		if err != nil {
			return nil, err
		}
		return Find(c, text)
	}
	f, err := openFile(ctx, path, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.search(ctx, text)
}

// Find returns the ids of the acts of a case that every word of the text fits, in
// the order of the case. A word fits an act when a word of the act's title,
// summary, note or id, or of a participant's name, aliases or code begins with
// it. Words are compared by entente.Fold, and Turkic letters also by the spelling
// that English texts use, so that Shusha and Şuşa find each other.
func Find(c *entente.Case, text string) ([]string, error) {
	query, err := parseQuery(text, c.Actors)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range c.Acts {
		var words []string
		if slices.IndexFunc(query, func(q queryWord) bool { return !q.fits(a, &words) }) < 0 {
			ids = append(ids, a.ID)
		}
	}
	return ids, nil
}

// queryWord is a word searched for, in all its spellings, with the codes of the
// actors whose names it fits.
type queryWord struct {
	spellings []string
	actors    []string
}

func (q queryWord) fitsAny(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.ContainsFunc(q.spellings, func(s string) bool { return strings.HasPrefix(w, s) })
	})
}

// fits reports whether the act fits; words holds the act's own once they are
// needed.
func (q queryWord) fits(a *entente.Act, words *[]string) bool {
	for _, p := range a.Participants {
		if slices.Contains(q.actors, p.Actor) {
			return true
		}
	}
	if *words == nil {
		*words = spelt(a.ID + " " + a.Title + " " + a.Summary + " " + a.Note)
	}
	return q.fitsAny(*words)
}

// parseQuery splits what a person typed into words.
func parseQuery(text string, actors []entente.Actor) ([]queryWord, error) {
	var query []queryWord
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return len(entente.Words(string(r))) == 0 && !joins(r) }) {
		plain := entente.Words(part)
		if len(plain) == 0 {
			continue
		}
		if len(plain) > 1 {
			for _, w := range plain {
				query = append(query, queryWord{spellings: []string{w}})
			}
			continue
		}
		query = append(query, queryWord{spellings: spelt(part)})
	}
	if len(query) == 0 {
		return nil, errors.New("give a word to search for")
	}
	for i := range query {
		for _, a := range actors {
			names := a.Code + " " + a.Name
			for _, alias := range a.Aliases {
				names += " " + alias.Name
			}
			if query[i].fitsAny(spelt(names)) {
				query[i].actors = append(query[i].actors, a.Code)
			}
		}
	}
	return query, nil
}

// joins reports whether a rune that is no letter may stand within a word: marks
// and apostrophes, which folding drops.
func joins(r rune) bool { return entente.Fold("a"+string(r)+"a") == "aa" }

// match writes the query in the language of the index.
func match(query []queryWord) string {
	var all []string
	for _, q := range query {
		var any []string
		for _, s := range q.spellings {
			any = append(any, `"`+s+`"*`)
		}
		for _, code := range q.actors {
			any = append(any, `"`+actorMark+strings.ToLower(code)+`"`)
		}
		all = append(all, "("+strings.Join(any, " OR ")+")")
	}
	return strings.Join(all, " AND ")
}

func (f *file) search(ctx context.Context, text string) ([]string, error) {
	r := newRecord()
	r.keep = true
	if err := f.currentRows(ctx, f.db, actorTable, func(w row) error {
		r.know(actorTable, w.id, 0)
		r.ledgerRow(actorTable, w.cells, 0)
		return nil
	}); err != nil {
		return nil, err
	}
	query, err := parseQuery(text, r.out.Actors)
	if err != nil {
		return nil, err
	}
	// Acts that another replaces are indexed like the rest and left out here.
	replaced := map[string]bool{}
	if err := f.matches(ctx, `"`+replacedMark+`"*`, func(act row) error {
		for _, id := range strings.Split(act.cell("supersedes"), ";") {
			replaced[id] = true
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var acts []*entente.Act
	if err := f.matches(ctx, match(query), func(act row) error {
		a := &entente.Act{ID: act.id}
		if replaced[a.ID] {
			return nil
		}
		if a.Date, err = entente.ParseDate(act.cell("date")); err != nil {
			return fmt.Errorf("%s: acts/%s: %w", f.path, a.ID, err)
		}
		acts = append(acts, a)
		return nil
	}); err != nil {
		return nil, err
	}
	sortActs(acts)
	var ids []string
	for _, a := range acts {
		ids = append(ids, a.ID)
	}
	return ids, nil
}

// matches hands out the current rows of the acts that the index finds.
func (f *file) matches(ctx context.Context, expression string, each func(row) error) error {
	found, err := f.db.QueryContext(ctx, `select r.id, (select c.cells from revisions as c where c.tbl = 'acts' and c.id = r.id order by c.seq desc limit 1)
		from words as w join revisions as r on r.seq = w.rowid where w.words match ?`, expression)
	if err != nil {
		return f.explain("search", err)
	}
	defer found.Close()
	for found.Next() {
		act := row{table: actTable}
		if err := found.Scan(&act.id, &act.cells); err != nil {
			return f.explain("search", err)
		}
		if err := each(act); err != nil {
			return err
		}
	}
	return f.explain("search", found.Err())
}
