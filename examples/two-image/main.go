// A program that serves the pages it carries.
package main

import (
	"embed"
	"io/fs"
	"log"
	"net/http"
	"os"
)

//go:embed pages
var pages embed.FS

func main() {
	content, err := fs.Sub(pages, "pages")
	if err != nil {
		log.Fatal(err)
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	log.Printf("listening on port %s", port)
	log.Fatal(http.ListenAndServe(":"+port, http.FileServerFS(content)))
}
