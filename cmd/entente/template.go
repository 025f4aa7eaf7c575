package main

import (
	"embed"
	"io/fs"
)

//go:embed template
var templates embed.FS

// template is the folder that entente new starts from.
func template() fs.FS {
	folder, err := fs.Sub(templates, "template")
	if err != nil {
		panic("cmd/entente: the template is embedded: " + err.Error())
	}
	return folder
}
