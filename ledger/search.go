package ledger

import (
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
