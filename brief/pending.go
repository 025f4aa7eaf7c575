package brief

import "context"

func (f *findings) changeText() ([]string, error) { return nil, nil }
func (f *findings) communitiesSection(context.Context, uint64) (Section, error) {
	return Section{}, nil
}
func (f *findings) forecasts(seed uint64) []Forecast { return []Forecast{} }
