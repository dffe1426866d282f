module webgrip.dev/network/lab/parts/actionlint

go 1.25.0

require github.com/rhysd/actionlint v1.7.12
