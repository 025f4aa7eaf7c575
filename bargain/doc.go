// Package bargain predicts where a bargain among actors ends who differ in what
// they want, how much they care and what they can do.
package bargain
