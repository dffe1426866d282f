{{/* What every object is called. */}}
{{- define "logs.name" -}}
{{ required "server.fullnameOverride: the lab's chart names nothing by itself" .Values.server.fullnameOverride }}
{{- end }}

{{- define "logs.tag" -}}
{{ .Values.server.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "logs.identity" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "logs.made" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "logs.labels" -}}
{{ include "logs.identity" . }}
{{ include "logs.made" . }}
app.kubernetes.io/component: server
app.kubernetes.io/version: {{ include "logs.tag" . }}
{{- end }}

{{- define "logs.selector" -}}
{{ include "logs.identity" . }}
app: server
{{- end }}
