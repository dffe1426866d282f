// Of its own: the module `cluster` has a newer parser of Prometheus' expressions than it compiles with.
module webgrip.dev/network/lab/parts/sloth

go 1.26.8

require github.com/slok/sloth v0.16.0
