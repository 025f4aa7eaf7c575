package brief

func (f *findings) changeText() ([]string, error)    { return nil, nil }
func (f *findings) forecasts(seed uint64) []Forecast { return []Forecast{} }
