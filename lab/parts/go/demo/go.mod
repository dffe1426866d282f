module webgrip.dev/network/lab/parts/demo

go 1.25.0
