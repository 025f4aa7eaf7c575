package score

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// tenThousand are forecasts of 69 groups.
func tenThousand() []Forecast {
	random := rand.New(rand.NewPCG(1, 1))
	forecasts := make([]Forecast, 10_000)
	for i := range forecasts {
		p := random.Float64() * random.Float64()
		forecasts[i] = Forecast{P: p, Came: random.Float64() < p, Block: strconv.Itoa(random.IntN(69))}
	}
	return forecasts
}

func benchmark(b *testing.B, score func([]Forecast) error) {
	forecasts := tenThousand()
	for b.Loop() {
		if err := score(forecasts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOf(b *testing.B) {
	benchmark(b, func(f []Forecast) error { _, err := Of(f); return err })
}

func BenchmarkAgainst(b *testing.B) {
	benchmark(b, func(f []Forecast) error { _, err := Against(f, f, 1); return err })
}

func BenchmarkBootstrap(b *testing.B) {
	benchmark(b, func(f []Forecast) error { _, err := Bootstrap(f, 1); return err })
}

func BenchmarkCalibrate(b *testing.B) {
	benchmark(b, func(f []Forecast) error { _, err := Calibrate(f, 1); return err })
}
