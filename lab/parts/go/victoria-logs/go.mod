module webgrip.dev/network/lab/parts/victoria-logs

go 1.26.8

require github.com/VictoriaMetrics/VictoriaLogs v1.52.2
