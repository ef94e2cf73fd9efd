// Package frontend holds the files that browsers load: the built application, and the styles and
// fonts that it shares with the pages rendered by the server.
//
// dist/ is made by the frontend's build and is not in the repository, placeholder.html apart: a
// binary built without Node serves that page and says so.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist src/styles
var files embed.FS

// Dist is the built application: index.html with its assets, or only placeholder.html.
func Dist() fs.FS { return sub("dist") }

// Styles is tokens.css, base.css and fonts/.
func Styles() fs.FS { return sub("src/styles") }

func sub(dir string) fs.FS {
	tree, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the embed directive above names both folders
	}
	return tree
}
