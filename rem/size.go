package rem

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// sizes is the family of a specification that models of how many the next act is:
// a rate model whose actors are the sizes.
const sizes Family = "size"

// smallest is the size that is the first actor of a model of size.
const smallest = 2

// bySize turns events of sets into events of their sizes, 2 to most (0: the largest
// there is). Each size is an actor of a rate model, with the covariates size, log_size,
// multilateral (1 from three on) and log_sets, the logarithm of how many sets of the
// size there are: its coefficient, fixed at 1, makes all sets alike.
func (d *Data) bySize(most int) error {
	n := len(d.Actors)
	largest := 0
	var faults faults
	for i := range d.Events {
		e := &d.Events[i]
		size := len(e.From) + len(e.To)
		if size < smallest || most > 0 && size > most {
			faults.add(fmt.Errorf("event %s has %d actors; a model of size has 2 to max_size", d.told(i), size))
		}
		largest = max(largest, size)
	}
	if err := faults.err(); err != nil {
		return err
	}
	if most == 0 {
		most = largest
	}
	if most > n {
		return fmt.Errorf("max_size is %d; there are %d actors", most, n)
	}
	if most < 3 {
		return errors.New("all events are of two actors; there is no other size to compare with")
	}
	s := Data{Own: d.Own, Kinds: d.Kinds, Dated: d.Dated, Ends: d.Ends, Marks: d.Marks, notes: d.notes, file: d.file}
	names := []string{"size", "log_size", "multilateral", "log_sets"}
	values := make([][]float64, len(names))
	for size := smallest; size <= most; size++ {
		s.Actors = append(s.Actors, strconv.Itoa(size))
		large := 0.0
		if size > 2 {
			large = 1
		}
		for k, v := range []float64{float64(size), math.Log(float64(size)), large, math.Log(choose(n, size))} {
			values[k] = append(values[k], v)
		}
	}
	for k, name := range names {
		s.Covariates = append(s.Covariates, Covariate{Name: name, Start: values[k]})
	}
	for _, e := range d.Events {
		e.From, e.To = []int32{int32(len(e.From) + len(e.To) - smallest)}, nil
		s.Events = append(s.Events, e)
	}
	*d = s
	return nil
}
