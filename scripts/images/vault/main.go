// The Vault server as its own Go module builds it: used where no container registry can be reached.
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:]))
}
