// Another program.
package main

func main() {}
