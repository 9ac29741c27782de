// One program that is a whole control plane for tests: etcd, with its data in a folder of its own, and kube-apiserver,
// which gets the arguments. Neither can be built from its own module: that of Kubernetes replaces others by folders.
package main

import (
	"fmt"
	"net/url"
	"os"
	_ "time/tzdata"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if err := startEtcd(); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=http://127.0.0.1:2379"}, os.Args[1:]...))
	os.Exit(cli.Run(command))
}

func startEtcd() error {
	folder, err := os.MkdirTemp("", "etcd-")
	if err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = folder
	config.LogLevel = "warn"
	// Nothing here outlives the container.
	config.UnsafeNoFsync = true
	client, peer := url.URL{Scheme: "http", Host: "127.0.0.1:2379"}, url.URL{Scheme: "http", Host: "127.0.0.1:2380"}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	<-server.Server.ReadyNotify()
	return nil
}
