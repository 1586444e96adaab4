// Package greeting says hello.
package greeting

// For greets somebody, or the world.
func For(name string) string {
	if name == "" {
		name = "world"
	}
	return "Hello from Go, " + name + "!"
}
