package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"entente"
)

// maxCase bounds case.yaml in bytes: some texts take the parser time that grows
// with the square of their length.
const maxCase = 64 << 10

// The reader walks the syntax tree itself instead of decoding into a struct:
// so it finds every problem, each with its line and column, and no value changes
// its type on the way (NO stays a code, 2022 stays a date).

// yamlReader reads case.yaml into the record.
type yamlReader struct {
	*record
	inLedger bool
}

// readCase reads the text of case.yaml.
func (r *record) readCase(text string, inLedger bool) {
	r.know(caseTable, "case", 1)
	if r.keep {
		r.view[caseTable] = append(r.view[caseTable], text)
	}
	y := &yamlReader{r, inLedger}
	if !y.plain(text) {
		return
	}
	root := y.parse(text)
	if root == nil {
		return
	}
	c := r.out
	top := y.mapping(root, "id", "title", "question", "horizon", "recorded", "document", "group", "members", "gaps", "readings", "against")
	c.ID = y.must(root, top, "id")
	c.Title = y.must(root, top, "title")
	c.Question = y.must(root, top, "question")
	c.Document = y.text(top["document"])
	c.Horizon, r.horizon = y.day(root, top, "horizon")
	c.Recorded, r.recorded = y.day(root, top, "recorded")
	if c.ID != "" && !validID(c.ID) {
		y.fail(top["id"], fmt.Sprintf("id %q", c.ID), "small letters, digits, '.', '_' and '-', beginning with a letter or digit")
	}
	if group := top["group"]; group == nil {
		y.fail(root, "group is missing", "the case studies a group: code, name, short")
	} else {
		fields := y.mapping(group, "code", "name", "short")
		c.Group.Code = y.must(group, fields, "code")
		c.Group.Name = y.must(group, fields, "name")
		c.Group.Short = y.text(fields["short"])
		y.refer(fields["code"], actorTable, c.Group.Code)
	}
	for _, node := range y.sequence(top["members"]) {
		y.member(node)
	}
	for _, node := range y.sequence(top["gaps"]) {
		y.gap(node)
	}
	for _, node := range y.sequence(top["readings"]) {
		y.reading(node)
	}
	for _, node := range y.sequence(top["against"]) {
		fields := y.mapping(node, "acts", "text")
		y.out.Against = append(y.out.Against, entente.Objection{Acts: y.acts(fields["acts"]), Text: y.must(node, fields, "text")})
	}
}

func (y *yamlReader) member(node ast.Node) {
	fields := y.mapping(node, "actor", "role", "from", "until", "acts")
	m := entente.Membership{Actor: y.must(node, fields, "actor"), Role: y.must(node, fields, "role"), Period: y.period(fields),
		Acts: y.acts(fields["acts"])}
	y.refer(fields["actor"], actorTable, m.Actor)
	if m.Role != "" && m.Role != "member" && m.Role != "observer" {
		y.fail(fields["role"], fmt.Sprintf("role %q", m.Role), "member or observer")
	}
	y.out.Group.Members = append(y.out.Group.Members, m)
}

func (y *yamlReader) gap(node ast.Node) {
	fields := y.mapping(node, "from", "until", "types", "text")
	g := entente.Gap{Period: y.period(fields), Text: y.must(node, fields, "text")}
	for _, item := range y.sequence(fields["types"]) {
		kind, err := entente.ParseActType(y.text(item))
		if err != nil {
			hint := ""
			var unknown *entente.WordError
			if errors.As(err, &unknown) {
				hint = unknown.Hint
			}
			y.fail(item, err.Error(), hint)
		}
		g.Types = append(g.Types, kind)
	}
	y.out.Gaps = append(y.out.Gaps, g)
}

func (y *yamlReader) reading(node ast.Node) {
	fields := y.mapping(node, "rung", "acts", "reading")
	rd := entente.Reading{Rung: y.must(node, fields, "rung"), Acts: y.acts(fields["acts"]), Reading: y.must(node, fields, "reading")}
	if _, ok := parseRung(rd.Rung); !ok && rd.Rung != "" {
		y.fail(fields["rung"], fmt.Sprintf("rung %q", rd.Rung), "r0 to r8")
	}
	y.out.Readings = append(y.out.Readings, rd)
}

func (y *yamlReader) acts(node ast.Node) []string {
	var ids []string
	for _, item := range y.sequence(node) {
		id := y.text(item)
		y.refer(item, actTable, id)
		ids = append(ids, id)
	}
	return ids
}

func (y *yamlReader) period(fields map[string]ast.Node) entente.Period {
	date := func(key string) entente.Date {
		d, err := entente.ParseDate(y.text(fields[key]))
		if err != nil {
			y.fail(fields[key], err.Error(), "")
		}
		return d
	}
	p := entente.Period{From: date("from"), Until: date("until")}
	if p.Until.Before(p.From) {
		y.fail(fields["until"], "it ends before it begins", "")
	}
	return p
}

func (y *yamlReader) day(parent ast.Node, fields map[string]ast.Node, key string) (entente.Day, entente.Date) {
	s := y.must(parent, fields, key)
	if s == "" {
		return 0, entente.Date{}
	}
	d, err := entente.ParseDay(s)
	if err != nil {
		y.fail(fields[key], err.Error(), "")
		return 0, entente.Date{}
	}
	return d, entente.On(d)
}

// plain reports whether the text may be given to the parser.
func (y *yamlReader) plain(text string) bool {
	at := func(offset int, message, hint string) bool {
		line := 1 + strings.Count(text[:offset], "\n")
		y.report(Problem{File: "case.yaml", Line: line, Column: offset - strings.LastIndexByte(text[:offset], '\n'),
			Message: message, Hint: hint})
		return false
	}
	if strings.HasPrefix(text, "\xef\xbb\xbf") {
		return at(0, "the file begins with a byte order mark", "save it as UTF-8 without BOM")
	}
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return at(0, "the file is in UTF-16", "save it as UTF-8 without BOM")
	}
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return at(i, fmt.Sprintf("byte 0x%02X is not UTF-8", text[i]), "the file was saved in another encoding: save it as UTF-8")
		case c == 0:
			return at(i, "NUL byte", "remove it; a text file holds none")
		case c == '\r':
			return at(i, "the line ends in CR LF", "save the file with LF line ends (Unix)")
		case c == '\t':
			return at(i, "tab character", "YAML is indented by spaces")
		case c < 0x20 && c != '\n', 0x7f <= c && c <= 0x9f:
			return at(i, fmt.Sprintf("control character U+%04X", c), "remove it")
		}
		i += size
	}
	return true
}

// parse returns the root mapping, or nil when there is none, which has then been
// reported.
func (y *yamlReader) parse(text string) (root ast.Node) {
	defer func() {
		if p := recover(); p != nil { // the parser is not ours: odd input must not end the program
			y.report(Problem{File: "case.yaml", Line: 1, Message: "the text is not YAML", Hint: fmt.Sprint("the parser failed: ", p)})
			root = nil
		}
	}()
	tokens := lexer.Tokenize(text)
	if !y.shallow(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		p := Problem{File: "case.yaml", Line: 1, Message: err.Error()}
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			p.Message = syntax.GetMessage()
			if tk := syntax.GetToken(); tk != nil && tk.Position != nil {
				p.Line, p.Column = tk.Position.Line, tk.Position.Column
			}
		}
		p.Message = "malformed YAML: " + p.Message
		y.report(p)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		message := "the file holds no fields"
		if len(file.Docs) > 1 {
			message = fmt.Sprintf("%d YAML documents in one file", len(file.Docs))
		}
		y.report(Problem{File: "case.yaml", Line: 1, Message: message, Hint: "it holds id, title, question, horizon, recorded, group and members, once"})
		return nil
	}
	return file.Docs[0].Body
}

// shallow reports whether the text may be parsed: the parser calls itself for
// every level, so a megabyte of brackets would exhaust memory. A case nests three
// levels deep and uses neither anchors, tags, merges nor complex keys.
func (y *yamlReader) shallow(tokens token.Tokens) bool {
	const deepest, widest, most = 16, 200, 16
	sound := true
	fail := func(tk *token.Token, message, hint string) {
		y.report(Problem{File: "case.yaml", Line: tk.Position.Line, Column: tk.Position.Column, Message: message, Hint: hint})
		sound = false
	}
	depth, line, marks := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, marks = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingValueType:
			if depth == 0 {
				marks++
			}
			if tk.Position.Column > widest && depth == 0 {
				marks = most + 1
			}
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.MappingKeyType, token.DirectiveType:
			if len(y.problems) < 100 {
				fail(tk, fmt.Sprintf("%q is not used in a case", tk.Value), "anchors, aliases, tags, merges and complex keys are not used; put the text in quotes if it begins with this sign")
			}
			sound = false
		}
		if depth > deepest || marks > most {
			fail(tk, "nested too deeply", "a case nests three levels deep; quote texts that contain colons or brackets")
			return false
		}
	}
	return sound
}

func (y *yamlReader) fail(node ast.Node, message, hint string) {
	y.report(y.problem(node, message, hint))
}

func (y *yamlReader) problem(node ast.Node, message, hint string) Problem {
	p := Problem{File: "case.yaml", Message: message, Hint: hint}
	if y.inLedger {
		p.File, p.Row = "case", "case"
		return p
	}
	p.Line = 1
	if node == nil {
		return p
	}
	tk := node.GetToken()
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		tk = m.Values[0].Key.GetToken() // the mapping's own token is the first colon
	}
	if tk != nil && tk.Position != nil {
		p.Line, p.Column = tk.Position.Line, tk.Position.Column
	}
	return p
}

// refer checks that the row exists, now or at the end.
func (y *yamlReader) refer(node ast.Node, to tableID, id string) {
	if id != "" && !y.knows(to, id) {
		y.unresolved = append(y.unresolved, reference{to, id, y.problem(node, "", "")})
	}
}

// mapping returns the values of a mapping by key and reports keys outside the
// known ones.
func (y *yamlReader) mapping(node ast.Node, keys ...string) map[string]ast.Node {
	fields := map[string]ast.Node{}
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	case *ast.NullNode, nil:
	default:
		y.fail(node, "fields are needed here", strings.Join(keys, ", "))
		return fields
	}
	for _, v := range values {
		key := y.text(v.Key)
		switch {
		case !slices.Contains(keys, key):
			y.fail(v.Key, fmt.Sprintf("unknown field %q", key), "one of "+strings.Join(keys, ", "))
		case fields[key] != nil:
			y.fail(v.Key, fmt.Sprintf("field %q occurs twice", key), "")
		default:
			fields[key] = v.Value
		}
	}
	return fields
}

func (y *yamlReader) sequence(node ast.Node) []ast.Node {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return n.Values
	}
	y.fail(node, "a list is needed here", "write [a, b], or one item a line with a dash")
	return nil
}

// must returns the text of a field that may not be empty.
func (y *yamlReader) must(parent ast.Node, fields map[string]ast.Node, key string) string {
	node := fields[key]
	if node == nil {
		y.fail(parent, key+" is missing", "")
		return ""
	}
	s := y.text(node)
	if s == "" {
		y.fail(node, key+" is empty", "")
	}
	return s
}

// text returns a scalar as it is written.
func (y *yamlReader) text(node ast.Node) string {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return ""
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value
	}
	y.fail(node, "plain text is needed here", "anchors, aliases, tags and nested values are not used in a case")
	return ""
}
