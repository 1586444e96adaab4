// A program that answers with a greeting.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"

	"example.com/hello/greeting"
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, greeting.For(r.URL.Query().Get("name")))
	})
	http.HandleFunc("/about", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, runtime.Version(), "uid", os.Getuid())
	})
	log.Printf("listening on port %s", port)
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
