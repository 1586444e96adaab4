// A program without go.mod.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "before modules") })
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
