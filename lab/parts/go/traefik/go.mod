module webgrip.dev/network/lab/parts/traefik

go 1.25.0

require github.com/traefik/traefik/v3 v3.7.11
