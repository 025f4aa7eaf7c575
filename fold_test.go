package entente

import "testing"

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Türkiye", "turkiye"}, {"TÜRKİYE", "turkiye"}, {"Turkiye", "turkiye"}, {"TURKIYE", "turkiye"},
		{"Şuşa", "susa"}, {"Shusha", "shusha"}, {"İlham Əliyev", "ilham eliyev"}, {"Iğdır", "igdir"}, {"ığdır", "igdir"},
		{"Oʻzbekiston", "ozbekiston"}, {"Kyrgyz–Tajik  border", "kyrgyz tajik border"}, {"  Gabala ", "gabala"},
		{"Қазақстан", "қазақстан"}, {"I\u0307stanbul", "istanbul"}, {"Xi'an", "xian"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Türkiye İ ı Şuşa")
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
	})
}
