// kube-apiserver, as its own main.go, which cannot be built from a module cache: k8s.io/kubernetes replaces its
// staging modules by folders.
package main

import (
	"os"
	_ "time/tzdata"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
