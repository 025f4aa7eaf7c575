package corridor

import (
	"strings"
	"testing"
)

func TestReadRanges(t *testing.T) {
	n, err := Read("x.csv", strings.NewReader("\ufeffcost,id,note,v,u,capacity\n1,a,\"said, so\",q,p,5..10\n,b,,r,p,5..\n2.5,c,,r,q,..7\n0,d,,p,r,\n"), true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range n.Edges {
		got = append(got, e.ID+" "+n.Nodes[e.From]+n.Nodes[e.To]+" "+e.Capacity.String()+" at "+e.Cost.String())
	}
	want := "a pq 5..10 at 1; b pr at least 5 at unknown; c qr 0..7 at 2.5; d rp unknown at 0"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

// Many mistakes are counted, not lost.
func TestReadManyMistakes(t *testing.T) {
	_, err := Read("x.csv", strings.NewReader("id,u,v,capacity,cost\n"+strings.Repeat("a,b,b,-1,inf\n", 100)), false)
	if err == nil || !strings.Contains(err.Error(), "x.csv:2:5: edge \"a\" joins node \"b\" to itself") || !strings.Contains(err.Error(), "and 349 problems more") {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("id,u,v,capacity,cost\n1,a,b,4,1\n2,b,c,2..3,\n3,a,c,,0.125\n", false)
	f.Add("id,u,v,capacity,cost\n1,a,b,4e300,1\n2,b,c,1e-300,0\n", true)
	f.Fuzz(func(t *testing.T, text string, directed bool) {
		n, err := Read("x.csv", strings.NewReader(text), directed)
		if err != nil || len(n.Edges) > 200 {
			return
		}
		from, to := n.Nodes[0], n.Nodes[len(n.Nodes)-1]
		if flow, err := n.Flow(t.Context(), from, to); err == nil && flow.Low != nil && flow.Low.MaxFlow != nil && flow.High.MaxFlow != nil && *flow.Low.MaxFlow > *flow.High.MaxFlow {
			t.Errorf("from %v to %v", *flow.Low.MaxFlow, *flow.High.MaxFlow)
		}
		// What cannot be computed is an error; nothing may panic.
		_, _ = n.Routes(t.Context(), from, to, 3)
		_, _ = n.Betweenness(t.Context())
		_, _ = n.Vital(t.Context(), from, to, VitalOptions{Exact: 2, Nodes: true})
	})
}
