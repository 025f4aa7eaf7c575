package entente

import (
	"strings"
	"unicode"
)

// folded maps letters that do not decompose, or that decompose wrongly for
// names of this field, to plain lower-case Latin. Turkish dotless ı and dotted İ
// both fold to i: a reader who types "Istanbul", "İstanbul" or "ıstanbul" means
// the same city, and in no case does Go's default mapping give that.
var folded = map[rune]string{
	'ı': "i", 'İ': "i", 'ə': "e", 'Ə': "e", 'ß': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe",
	'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d", 'ł': "l", 'Ł': "l", 'þ': "th", 'Þ': "th", 'ð': "d", 'Ð': "d",
	'ħ': "h", 'ŧ': "t", 'ŋ': "n",
	// Azerbaijani and Turkmen ş and ç give s and c below; the digraphs that
	// English texts use for them are listed among the aliases of actors.
	'’': "", '‘': "", 'ʻ': "", 'ʼ': "", '\'': "", '`': "",
	'–': " ", '—': " ", '‐': " ", '‑': " ", '-': " ",
}

// bases maps precomposed Latin letters to their base letter, by runs of letters
// that share one.
var bases = func() map[rune]rune {
	m := map[rune]rune{}
	for base, letters := range map[rune]string{
		'a': "àáâãäåāăąǎạảấầẩẫậắằẳẵặ", 'c': "çćĉċč", 'd': "ďḍ", 'e': "èéêëēĕėęěẹẻẽếềểễệ", 'g': "ĝğġģǧ",
		'h': "ĥḥḫ", 'i': "ìíîïĩīĭįǐịỉ", 'j': "ĵ", 'k': "ķǩḳ", 'l': "ĺļľŀ", 'n': "ñńņňṅ", 'o': "òóôõöōŏőơǒọỏốồổỗộớờởỡợ",
		'q': "", 'r': "ŕŗř", 's': "śŝşšșṣ", 't': "ţťțṭ", 'u': "ùúûüũūŭůűųưǔụủứừửữự", 'w': "ŵ", 'y': "ýÿŷỳỵỷỹ", 'z': "źżžẓ",
	} {
		for _, r := range letters {
			m[r] = base
		}
	}
	return m
}()

// Fold brings a name to the form in which names are compared: lower case, no
// diacritics, Turkic and other special letters in plain Latin, apostrophes
// dropped, hyphens and runs of space as one space. Letters of other scripts are
// lower-cased and kept. Fold(Fold(s)) == Fold(s).
//
// It is not strings.ToLower, which keeps the dot of İ as a combining mark, and
// not a Turkish mapping, which would turn I into ı.
func Fold(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	put := func(text string) {
		if text == "" {
			return
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(text)
	}
	for _, r := range s {
		if text, ok := folded[r]; ok {
			if text == " " {
				space = true
			} else {
				put(text)
			}
			continue
		}
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		low := unicode.ToLower(r)
		if text, ok := folded[low]; ok {
			put(text)
			continue
		}
		if base, ok := bases[low]; ok {
			low = base
		}
		put(string(low))
	}
	return b.String()
}

// plain reports whether s is already folded ASCII, the common case.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '.', c == ',', c == '(', c == ')', c == ':', c == '/':
		case c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ':
		default:
			return false
		}
	}
	return true
}

// Words splits a text into its folded words: runs of letters and digits.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
