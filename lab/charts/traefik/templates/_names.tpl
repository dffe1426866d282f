{{/* Labels that select the pods; they never change between releases. */}}
{{- define "traefik.selector" -}}
app.kubernetes.io/name: traefik
app.kubernetes.io/instance: {{ .Release.Name }}-{{ .Release.Namespace }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "traefik.labels" -}}
{{ include "traefik.selector" . }}
helm.sh/chart: traefik-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name and labels of a namespaced object. */}}
{{- define "traefik.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "traefik.labels" . | nindent 2 }}
{{- end }}

{{/* A share of a memory quantity in whole mebibytes: what Go may use before it collects harder. */}}
{{- define "traefik.memoryLimit" -}}
{{- $quantity := index . 0 }}
{{- $mebibytes := trimSuffix "Mi" $quantity | float64 }}
{{- if hasSuffix "Gi" $quantity }}
  {{- $mebibytes = trimSuffix "Gi" $quantity | float64 | mulf 1024 }}
{{- else if not (hasSuffix "Mi" $quantity) }}
  {{- fail (printf "resources.limits.memory: %s: the lab's chart reads Mi and Gi only" $quantity) }}
{{- end }}
{{- printf "%dMiB" (mulf $mebibytes (index . 1) | floor | int64) }}
{{- end }}
