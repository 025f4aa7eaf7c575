package main

import (
	"bytes"
	"io"
	"testing"

	"entente/rem"
)

// A model that was sent gives the runs of the one that was read here, to the last byte.
func TestSentModelIsTheSame(t *testing.T) {
	a := &app{caseName: "ots", seed: 1, stdout: io.Discard, stderr: io.Discard}
	v, err := a.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range rem.Ready() {
		design, fit, err := a.estimate(t.Context(), v, spec)
		if err != nil {
			t.Fatal(err)
		}
		s := rem.Simulation{Design: design, After: design.End() - 3000, Events: 30, Seed: 7, Insert: []rem.Event{{ID: "decree", Time: design.End() - 2000, From: []int32{0, 1}, Value: 1}}}
		common, err := a.sendSimulation(v, []string{spec}, &s)
		if err != nil {
			t.Fatal(err)
		}
		there, err := simulationKind.Open(t.Context(), common)
		if err != nil {
			t.Fatal(spec, err)
		}
		payload, err := encoded([]simulated{{Run: 0, Theta: fit.Theta()}, {Run: 5, Theta: fit.Theta()}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := simulating(s)(t.Context(), payload)
		if err != nil {
			t.Fatal(spec, err)
		}
		got, err := there(t.Context(), payload)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: the runs of the model that was sent differ (%v)", spec, err)
		}
	}
}
